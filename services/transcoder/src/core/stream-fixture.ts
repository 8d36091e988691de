import { concat } from './boxes.ts';

/** Streams of fragmented MP4 as ffmpeg writes them, small enough to read, for the tests of this folder. */

const u8 = (...values: number[]) => Uint8Array.from(values);
const u32 = (...values: number[]) =>
  u8(...values.flatMap((value) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff)));
const zeros = (length: number) => new Uint8Array(length);

export function box(type: string, ...parts: Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 8);
  return concat([u32(length), new TextEncoder().encode(type), ...parts]);
}

/** What a test may choose of an initialisation segment. `created`: the time of creation, which must not survive. */
export interface InitChoice {
  kind: 'video' | 'audio';
  timescale: number;
  priming?: number;
  created?: number;
  /** Body of the description of pictures. */
  avcC?: Uint8Array;
}

/** Baseline 3.0 for video, AAC-LC for sound. */
export function initBytes({ kind, timescale, priming = 0, created = 0, avcC: body }: InitChoice): Uint8Array {
  const times = u32(created, created);
  const avcC = box('avcC', body ?? u8(1, 0x42, 0xc0, 0x1e, 0xff, 0xe0, 0));
  const config = u8(0x05, 0x80, 0x80, 0x80, 2, 0x11, 0x90);
  const decoder = u8(0x04, 0x80, 0x80, 0x80, 13 + config.length, ...zeros(13), ...config);
  const esds = box('esds', u32(0), u8(0x03, 0x80, 0x80, 0x80, 3 + decoder.length, 0, 1, 0, ...decoder));
  const entry = kind === 'video' ? box('avc1', zeros(78), avcC) : box('mp4a', zeros(28), esds);
  const stbl = box('stbl', box('stsd', u32(0, 1), entry));
  return concat([
    box('ftyp', new TextEncoder().encode('iso5')),
    box(
      'moov',
      box('mvhd', u32(0), times, u32(timescale, 0)),
      box(
        'trak',
        box('tkhd', u32(3), times, u32(1, 0, 0)),
        ...(priming === 0 ? [] : [box('edts', box('elst', u32(0, 1, 0, priming, 0x10000)))]),
        box('mdia', box('mdhd', u32(0), times, u32(timescale, 0)), box('minf', stbl)),
      ),
    ),
  ]);
}

/** `moof` and `mdat` as ffmpeg writes them for pictures: a length, a size and a composition offset (`delay`) for each. */
export function fragmentBytes(
  start: number,
  samples: { duration: number; data: Uint8Array; delay?: number }[],
): Uint8Array {
  const entries = samples.map((sample) => u32(sample.duration, sample.data.length, sample.delay ?? 0));
  const moof = (offset: number) =>
    box(
      'moof',
      box('mfhd', u32(0, 1)),
      box(
        'traf',
        box('tfhd', u32(0x020038, 1, samples[0]?.duration ?? 0, samples[0]?.data.length ?? 0, 0x01010000)),
        box('tfdt', u32(0x01000000, 0, start)),
        box('trun', u32(0x000b05, samples.length, offset, 0x02000000), ...entries),
      ),
    );
  return concat([moof(moof(0).length + 8), box('mdat', ...samples.map((sample) => sample.data))]);
}

/** A picture or frame of sound whose bytes tell which it is. */
export function sampleOf(number: number, duration: number) {
  return { duration, data: u8(number & 0xff, number >> 8, 0xaa) };
}

/** A stream of GOPs: how many pictures each has. The `mfra` at its end is of no use to anybody. */
export function videoStream(gops: readonly number[], frameTicks: number, timescale: number): Uint8Array {
  let made = 0;
  const fragments = gops.map((pictures) => {
    const samples = Array.from({ length: pictures }, (_, index) => sampleOf(made + index, frameTicks));
    const bytes = fragmentBytes(made * frameTicks, samples);
    made += pictures;
    return bytes;
  });
  return concat([
    initBytes({ kind: 'video', timescale, priming: 2 * frameTicks }),
    ...fragments,
    box('mfra', zeros(16)),
  ]);
}

/** A stream of sound: so many AAC frames, the first of which is priming, a few in each fragment. */
export function audioStream(frames: number, perFragment = 5): Uint8Array {
  const fragments: Uint8Array[] = [];
  for (let at = 0; at < frames; at += perFragment) {
    const count = Math.min(perFragment, frames - at);
    const samples = Array.from({ length: count }, (_, index) => sampleOf(at + index, 1024));
    fragments.push(fragmentBytes(at * 1024, samples));
  }
  return concat([initBytes({ kind: 'audio', timescale: 48_000, priming: 1024 }), ...fragments]);
}

/** The same bytes in pieces of these lengths, repeated. */
export function pieces(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const cut: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? bytes.length;
    cut.push(bytes.slice(at, at + length));
    at += length;
  }
  return cut;
}
