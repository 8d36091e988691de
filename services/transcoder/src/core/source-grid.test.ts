import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { framesBefore } from './grid.ts';
import { frameTicks, timescaleOf } from './rate.ts';
import { forcedKeyframes, LONGEST_SEGMENT, segmentGops, sourceGrid } from './source-grid.ts';

const RATES = [
  { num: 24_000, den: 1001 },
  { num: 25, den: 1 },
  { num: 30_000, den: 1001 },
  { num: 60, den: 1 },
] as const;

/** GOPs of up to two and a half seconds. */
const sources = fc.constantFrom(...RATES).chain((rate) => {
  const longest = Math.floor((2.5 * rate.num) / rate.den);
  return fc.array(fc.integer({ min: 1, max: longest }), { minLength: 1, maxLength: 60 }).map((gops) => {
    const ends = gops.map((_, index) => gops.slice(0, index + 1).reduce((sum, length) => sum + length, 0));
    const frames = ends.at(-1) ?? 0;
    return { rate, source: { keyframes: [0, ...ends.slice(0, -1)], frames, delay: 2 } };
  });
});

describe('sourceGrid', () => {
  it('begins each segment with the last keyframe that keeps the one before it short enough', () => {
    const source = { keyframes: [0, 13, 30, 41, 62, 63, 80, 99, 117, 131], frames: 133, delay: 2 };
    const grid = sourceGrid(source, { num: 10, den: 1 }, true);
    expect([0, 1, 2, 3].map((segments) => framesBefore(grid, segments))).toEqual([0, 63, 117, 133]);
    expect([0, 1, 2, 3].map(grid.gopsIn)).toEqual([0, 5, 8, 10]);
    expect(grid).toMatchObject({ timescale: 10_000, end: 133_000, source });
    expect(sourceGrid(source, { num: 10, den: 1 }, false).end).toBeUndefined();
  });

  it('cuts GOPs of two seconds as the regular grid does', () => {
    const keyframes = Array.from({ length: 20 }, (_, gop) => gop * 60);
    const rate = { num: 30_000, den: 1001 };
    expect(segmentGops({ keyframes, frames: 1190, delay: 2 }, rate)).toEqual([0, 3, 6, 9, 12, 15, 18]);
  });

  it('covers the video without a gap, in segments of whole GOPs that round to at most six seconds', () => {
    fc.assert(
      fc.property(sources, ({ rate, source }) => {
        const grid = sourceGrid(source, rate, true);
        const count = segmentGops(source, rate).length;
        const cuts = Array.from({ length: count + 1 }, (_, segments) => grid.cutAt(segments));
        expect([cuts[0], cuts.at(-1)]).toEqual([0, source.frames * frameTicks(rate)]);
        for (const [index, cut] of cuts.slice(1).entries()) {
          const seconds = (cut - (cuts[index] ?? 0)) / timescaleOf(rate);
          expect(seconds).toBeGreaterThan(0);
          expect(seconds).toBeLessThanOrEqual(LONGEST_SEGMENT + 1e-9);
          // None is shorter than it must be, the last one excepted.
          if (index < count - 1) expect(seconds).toBeGreaterThan(LONGEST_SEGMENT - 2.5 - 1e-9);
        }
        expect(grid.cutAt(count + 1)).toBe(Number.POSITIVE_INFINITY);
        expect(grid.gopAt(source.keyframes.length)).toBe(grid.end);
        expect(cuts.map((_, segments) => grid.gopAt(grid.gopsIn(segments)))).toEqual(cuts);
      }),
    );
  });
});

describe('forcedKeyframes', () => {
  it('asks for each keyframe half a picture early, counted from the first that is encoded', () => {
    expect(forcedKeyframes([0, 20, 41], 0, { num: 10, den: 1 })).toBe('0.000000,1.950000,4.050000');
    expect(forcedKeyframes([0, 20, 41], 20, { num: 10, den: 1 })).toBe('0.000000,2.050000');
  });

  it('names times of which each is behind the picture before and not behind its own', () => {
    fc.assert(
      fc.property(sources, ({ rate, source }) => {
        const times = forcedKeyframes(source.keyframes, 0, rate).split(',').map(Number);
        for (const [index, frame] of source.keyframes.entries()) {
          const at = ((times[index] ?? Number.NaN) * rate.num) / rate.den;
          expect(at).toBeLessThanOrEqual(frame);
          if (frame > 0) expect(at).toBeGreaterThan(frame - 1);
        }
      }),
    );
  });
});
