import { type Box, childBoxes, concat, findBox, needBox, view } from './boxes.ts';
import { codecsOf } from './codec-string.ts';

/** An initialisation segment and what it says of its one track. */
export interface Init {
  bytes: Uint8Array;
  /** RFC 6381, "avc1.640028". */
  codecs: string;
  timescale: number;
  /** Ticks that the edit list takes away at the beginning: encoder delay. */
  priming: number;
}

const TRAK = ['trak'] as const;

/** Builds the init from ffmpeg's `ftyp` and `moov`. Times of creation are zeroed, so that a repeated encode gives equal bytes. */
export function readInit(ftyp: Box, moov: Box): Init {
  const bytes = concat([ftyp.bytes, moov.bytes]);
  const body = needBox(bytes, ['moov']).body;
  zeroTimes(needBox(body, ['mvhd']));
  zeroTimes(needBox(body, [...TRAK, 'tkhd']));
  const mdhd = needBox(body, [...TRAK, 'mdia', 'mdhd']);
  zeroTimes(mdhd);
  const entry = sampleEntry(body);
  return {
    bytes,
    codecs: codecsOf(entry),
    timescale: view(mdhd.body).getUint32(mdhd.body[0] === 1 ? 20 : 12),
    priming: primingOf(body),
  };
}

/** Whether two inits differ in nothing but the encoder delay of their edit lists. */
export function sameButForPriming(one: Uint8Array, other: Uint8Array): boolean {
  return equal(withoutPriming(one), withoutPriming(other));
}

export function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

function withoutPriming(bytes: Uint8Array): Uint8Array {
  // `slice` of a Buffer would not copy.
  const copy = Uint8Array.from(bytes);
  findBox(copy, ['moov', ...TRAK, 'edts', 'elst'])?.body.fill(0);
  return copy;
}

function zeroTimes(box: Box): void {
  box.body.fill(0, 4, box.body[0] === 1 ? 20 : 12);
}

function sampleEntry(moovBody: Uint8Array): Box {
  const stsd = needBox(moovBody, [...TRAK, 'mdia', 'minf', 'stbl', 'stsd']);
  const entry = childBoxes(stsd.body, 8)[0];
  if (entry === undefined) throw new Error('stsd describes no samples');
  return entry;
}

/** Sum of the edits' media times; an empty edit (media time -1) would be a late start, which the encode never makes. */
function primingOf(moovBody: Uint8Array): number {
  const elst = findBox(moovBody, [...TRAK, 'edts', 'elst']);
  if (elst === undefined) return 0;
  const data = view(elst.body);
  const version = elst.body[0];
  const entries = data.getUint32(4);
  if (entries !== 1) throw new Error(`the edit list has ${entries} entries where one is expected`);
  const mediaTime = version === 1 ? Number(data.getBigInt64(16)) : data.getInt32(12);
  if (mediaTime < 0) throw new Error('the track starts late');
  return mediaTime;
}
