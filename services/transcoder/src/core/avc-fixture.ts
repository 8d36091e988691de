import { concat } from './boxes.ts';
import { frameTicks, type Rate, timescaleOf } from './rate.ts';
import { fragmentBytes, initBytes } from './stream-fixture.ts';
import { SURVEY_DELAY } from './survey.ts';

/** Copies of a source's pictures as a survey sees them, for the tests of this folder. */

const u8 = (...values: number[]) => Uint8Array.from(values);
const u16 = (value: number) => u8(value >> 8, value & 0xff);

export const SEQUENCE_SET = u8(0x67, 77, 0, 31, 0xaa);
export const PICTURE_SET = u8(0x68, 0xbb);
export const IDR = u8(0x65, 1, 2, 3);
export const SLICE = u8(0x41, 4);

/** Main profile, level 3.1, lengths of four bytes. */
export function avcC(sequenceSets = [SEQUENCE_SET], pictureSets = [PICTURE_SET]): Uint8Array {
  const listed = (sets: readonly Uint8Array[]) => concat(sets.flatMap((set) => [u16(set.length), set]));
  return concat([
    u8(1, 77, 0, 31, 0xff, 0xe0 | sequenceSets.length),
    listed(sequenceSets),
    u8(pictureSets.length),
    listed(pictureSets),
  ]);
}

/** A sample of these units. */
export function sampleOfUnits(...units: Uint8Array[]): Uint8Array {
  return concat(units.flatMap((unit) => [u8(0, 0), u16(unit.length), unit]));
}

/** A picture in its place in the order of decoding: when it is shown (in pictures, from zero) and what it holds. */
export interface Picture {
  shown: number;
  units?: Uint8Array[];
}

/** Pictures of which the first is a keyframe, shown in the order of decoding from a number on. */
export function gopOf(length: number, from: number): Picture[] {
  return Array.from({ length }, (_, index) => ({ shown: from + index }));
}

/** What ffmpeg sends for GOPs of pictures. */
export function surveyed(gops: readonly (readonly Picture[])[], rate: Rate, configuration = avcC()): Uint8Array {
  const ticks = frameTicks(rate);
  let decoded = 0;
  const fragments = gops.map((gop) => {
    const start = decoded * ticks;
    const samples = gop.map(({ shown, units }, index) => {
      const delay = Math.round((shown - decoded + SURVEY_DELAY) * ticks);
      decoded += 1;
      return { duration: ticks, delay, data: sampleOfUnits(...(units ?? [index === 0 ? IDR : SLICE])) };
    });
    return fragmentBytes(start, samples);
  });
  const init = initBytes({
    kind: 'video',
    timescale: timescaleOf(rate),
    priming: SURVEY_DELAY * ticks,
    avcC: configuration,
  });
  return concat([init, ...fragments]);
}
