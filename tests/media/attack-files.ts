import { crc32, deflateSync } from 'node:zlib';

/**
 * Hostile files, built byte by byte: no tool would write them.
 */

function box(type: string, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

const u32 = (...values: readonly number[]) => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, index * 4);
  return bytes;
};
const u16 = (...values: readonly number[]) => {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2);
  return bytes;
};
const MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
const FTYP = box('ftyp', Buffer.from('isom\0\0\0\0isommp42', 'latin1'));

export interface Header {
  width: number;
  height: number;
  /** Ticks of 1/1000 s that the headers announce. */
  duration: number;
  /** Tracks with the same header. */
  tracks?: number;
  /** Pictures the tables announce; each is `bytes` long. */
  samples?: number;
  bytes?: Uint8Array;
  codec?: string;
}

function trak(id: number, header: Header, offset: number): Buffer {
  const { width, height, duration, samples = 0, bytes = Buffer.alloc(0), codec = 'jpeg' } = header;
  const entry = box(
    codec,
    u32(0, 1, 0, 0, 0, 0),
    u16(width, height),
    u32(0x480000, 0x480000, 0),
    u16(1),
    Buffer.alloc(32),
    u16(24, 0xffff),
  );
  const step = samples === 0 ? 0 : Math.floor(duration / samples);
  const stbl = box(
    'stbl',
    box('stsd', u32(0, 1), entry),
    box('stts', samples === 0 ? u32(0, 0) : u32(0, 1, samples, step)),
    box('stsc', samples === 0 ? u32(0, 0) : u32(0, 1, 1, 1, 1)),
    box('stsz', u32(0, bytes.length, samples)),
    box('stco', u32(0, samples), u32(...Array.from({ length: samples }, () => offset))),
  );
  const minf = box('minf', box('vmhd', u32(1, 0, 0)), box('dinf', box('dref', u32(0, 1), box('url ', u32(1)))), stbl);
  const hdlr = box('hdlr', u32(0, 0), Buffer.from('vide'), u32(0, 0, 0), Buffer.from('v\0'));
  const mdia = box('mdia', box('mdhd', u32(0, 0, 0, 1000, duration, 0x55c40000)), hdlr, minf);
  const tkhd = box('tkhd', u32(7, 0, 0, id, 0, duration, 0, 0, 0, 0), MATRIX, u32(width * 65536, height * 65536));
  return box('trak', tkhd, mdia);
}

/** An MP4 whose headers may promise anything; all pictures share the same bytes. */
export function mp4(header: Header): Buffer {
  const mdat = box('mdat', header.bytes ?? Buffer.alloc(0));
  const mvhd = box(
    'mvhd',
    u32(0, 0, 0, 1000, header.duration, 0x10000, 0x01000000, 0, 0),
    MATRIX,
    u32(0, 0, 0, 0, 0, 0, 2),
  );
  const tracks = Array.from({ length: header.tracks ?? 1 }, (_, index) => trak(index + 1, header, FTYP.length + 8));
  return Buffer.concat([FTYP, mdat, box('moov', mvhd, ...tracks)]);
}

/** A grey PNG of any size in a few hundred kilobytes. */
export function pngBomb(side: number): Buffer {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    return Buffer.concat([u32(data.length), body, u32(crc32(body))]);
  };
  const ihdr = Buffer.concat([u32(side, side), Buffer.from([8, 0, 0, 0, 0])]);
  const rows = deflateSync(Buffer.alloc(side * (side + 1)), { level: 9 });
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', ihdr),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A fragmented MP4 whose fragments come again and again, so many times. */
export function endlessFragments(fragmented: Buffer, times: number): Buffer {
  const start = fragmented.indexOf('moof', 0, 'latin1') - 4;
  const end = fragmented.lastIndexOf('mfra', undefined, 'latin1') - 4;
  const fragments = fragmented.subarray(start, end > start ? end : undefined);
  return Buffer.concat([fragmented.subarray(0, start), ...Array.from({ length: times }, () => fragments)]);
}

/** The bytes with some bits turned over, the same ones each time. */
export function flipped(bytes: Uint8Array, seed: number, share: number, from = 0): Buffer {
  const copy = Buffer.from(bytes);
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const count = Math.round((copy.length - from) * share);
  for (let index = 0; index < count; index += 1) {
    const at = from + Math.floor(random() * (copy.length - from));
    copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(random() * 8));
  }
  return copy;
}
