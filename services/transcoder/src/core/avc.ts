import { childBoxes, findBox, view } from './boxes.ts';

/** What `avcC` says (ISO/IEC 14496-15): all that a decoder of H.264 must know before the first picture. */
export interface AvcConfiguration {
  /** `profile_idc`: 66 Baseline, 77 Main, 100 High. */
  profile: number;
  /** Ten times the level. */
  level: number;
  /** Bytes of the length before each unit of a sample. */
  lengthBytes: number;
  sequenceSets: Uint8Array[];
  pictureSets: Uint8Array[];
}

/** Types of NAL units, ISO/IEC 14496-10, table 7-1. */
export const NAL = { slice: 1, idr: 5, sei: 6, sequenceSet: 7, pictureSet: 8, delimiter: 9, filler: 12 } as const;

const ENTRY_PATH = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd'];
/** Bytes of `stsd` before its entries, and of a visual entry before its boxes. */
const STSD_HEADER = 8;
const VISUAL_ENTRY = 78;

/** Reads the configuration of an init segment; null when its pictures are not `avc1`. @throws Error when it is torn */
export function avcConfiguration(init: Uint8Array): AvcConfiguration | null {
  const stsd = findBox(init, ENTRY_PATH);
  const entry = stsd === undefined ? undefined : childBoxes(stsd.body, STSD_HEADER)[0];
  if (entry?.type !== 'avc1') return null;
  const avcC = childBoxes(entry.body, VISUAL_ENTRY).find(({ type }) => type === 'avcC')?.body;
  if (avcC === undefined || avcC.length < 7) return null;
  const [, profile = 0, , level = 0, lengths = 0, sequences = 0] = avcC;
  const first = readSets(avcC, 6, sequences & 0x1f);
  const second = readSets(avcC, first.end + 1, avcC[first.end] ?? 0);
  return {
    profile,
    level,
    lengthBytes: (lengths & 3) + 1,
    sequenceSets: first.sets,
    pictureSets: second.sets,
  };
}

function readSets(avcC: Uint8Array, start: number, count: number): { sets: Uint8Array[]; end: number } {
  const sets: Uint8Array[] = [];
  let at = start;
  for (let index = 0; index < count; index += 1) {
    const length = view(avcC).getUint16(at);
    sets.push(avcC.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return { sets, end: at };
}

export function nalType(unit: Uint8Array): number {
  return (unit[0] ?? 0) & 0x1f;
}

/** The units of a sample, without their lengths; null when they do not fill it. */
export function nalUnits(sample: Uint8Array, lengthBytes: number): Uint8Array[] | null {
  const units: Uint8Array[] = [];
  let at = 0;
  while (at < sample.length) {
    let length = 0;
    for (let index = 0; index < lengthBytes; index += 1) length = length * 256 + (sample[at + index] ?? 0);
    at += lengthBytes;
    if (length === 0 || at + length > sample.length) return null;
    units.push(sample.subarray(at, at + length));
    at += length;
  }
  return units;
}

/** Types of the messages in a unit of supplemental enhancement information (annex D), as far as they can be told. */
export function seiTypes(unit: Uint8Array): number[] {
  const types: number[] = [];
  let at = 1;
  const number = () => {
    let value = 0;
    while (unit[at] === 0xff) {
      value += 0xff;
      at += 1;
    }
    value += unit[at] ?? 0;
    at += 1;
    return value;
  };
  // The last byte holds the bits that end the unit.
  while (at < unit.length - 1) {
    types.push(number());
    const size = number();
    at += size;
  }
  return types;
}
