import { type Box, childBoxes, needBox, view } from './boxes.ts';

/** One sample (a picture, an audio frame) of a fragment. */
export interface Sample {
  /** Ticks. */
  duration: number;
  /** Ticks from when it is decoded to when it is shown. */
  delay: number;
  data: Uint8Array;
}

/** A `moof` with its `mdat`: for video one closed GOP. */
export interface Fragment {
  bytes: Uint8Array;
  /** Decode time of the first sample, ticks (`tfdt`). */
  start: number;
  samples: Sample[];
  /** Bytes from the `moof` to the end of the first sample: what an I-frame playlist points at. */
  keyframeBytes: number;
}

/** Flags of `tfhd` and `trun`, ISO/IEC 14496-12. */
const TFHD = { baseDataOffset: 0x1, description: 0x2, duration: 0x8, size: 0x10, flags: 0x20 };
const TRUN = { dataOffset: 0x1, firstFlags: 0x4, duration: 0x100, size: 0x200, flags: 0x400, composition: 0x800 };

/** Reads a fragment of one track; `bytes` is `moof` and `mdat` together. */
export function readFragment(moof: Box, bytes: Uint8Array): Fragment {
  const traf = needBox(moof.body, ['traf']);
  const defaults = readDefaults(needBox(traf.body, ['tfhd']));
  const samples = childBoxes(traf.body)
    .filter((box) => box.type === 'trun')
    .flatMap((trun) => readRun(trun, defaults, bytes));
  const first = samples[0];
  if (first === undefined) throw new Error('a fragment holds no sample');
  return {
    bytes,
    start: readStart(needBox(traf.body, ['tfdt'])),
    samples,
    keyframeBytes: first.data.byteOffset - bytes.byteOffset + first.data.byteLength,
  };
}

function readStart(tfdt: Box): number {
  return tfdt.body[0] === 1 ? Number(view(tfdt.body).getBigUint64(4)) : view(tfdt.body).getUint32(4);
}

/**
 * The same fragment, later: start and sequence number are moved on, in the bytes too, which are changed in place. An encoder
 * that begins in the middle of a video begins at zero, so that its init is that of the whole.
 * @param ticks by which it starts later
 * @param fragments that went before it
 */
export function shiftFragment(fragment: Fragment, ticks: number, fragments: number): Fragment {
  if (ticks === 0 && fragments === 0) return fragment;
  const moof = needBox(fragment.bytes, ['moof']).body;
  const sequence = view(needBox(moof, ['mfhd']).body);
  sequence.setUint32(4, sequence.getUint32(4) + fragments);
  const tfdt = needBox(moof, ['traf', 'tfdt']).body;
  const start = fragment.start + ticks;
  if (tfdt[0] === 1) view(tfdt).setBigUint64(4, BigInt(start));
  else if (start < 2 ** 32) view(tfdt).setUint32(4, start);
  else throw new Error(`a start of ${start} ticks does not fit into the 32 bits of the fragment`);
  return { ...fragment, start };
}

interface Defaults {
  duration: number | undefined;
  size: number | undefined;
}

function readDefaults(tfhd: Box): Defaults {
  const data = view(tfhd.body);
  const flags = data.getUint32(0) & 0xffffff;
  if ((flags & TFHD.baseDataOffset) !== 0) throw new Error('the fragment is not relative to its moof');
  let at = 8 + ((flags & TFHD.description) === 0 ? 0 : 4);
  const take = (flag: number) => {
    if ((flags & flag) === 0) return undefined;
    at += 4;
    return data.getUint32(at - 4);
  };
  return { duration: take(TFHD.duration), size: take(TFHD.size) };
}

function readRun(trun: Box, defaults: Defaults, bytes: Uint8Array): Sample[] {
  const data = view(trun.body);
  const flags = data.getUint32(0) & 0xffffff;
  if ((flags & TRUN.dataOffset) === 0) throw new Error('a run of samples does not say where its data begin');
  const count = data.getUint32(4);
  let offset = data.getInt32(8);
  let at = 12 + ((flags & TRUN.firstFlags) === 0 ? 0 : 4);
  const take = (flag: number) => {
    if ((flags & flag) === 0) return undefined;
    at += 4;
    return data.getUint32(at - 4);
  };
  return Array.from({ length: count }, () => {
    const duration = take(TRUN.duration) ?? defaults.duration;
    const size = take(TRUN.size) ?? defaults.size;
    take(TRUN.flags);
    // Signed in version 1, and too small for a difference in version 0.
    const delay = (take(TRUN.composition) ?? 0) | 0;
    if (duration === undefined || size === undefined || offset + size > bytes.length) {
      throw new Error('a sample has no length or lies outside its fragment');
    }
    offset += size;
    return { duration, delay, data: bytes.subarray(offset - size, offset) };
  });
}

/** Ticks of all samples. */
export function durationOf(samples: readonly Sample[]): number {
  return samples.reduce((sum, sample) => sum + sample.duration, 0);
}
