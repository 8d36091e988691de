import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridOf, regularGrid } from './grid.ts';
import { costOf, costsOf, pieceAt, pieceJob, piecesOf, SHORTEST_PIECE, segmentsIn, split } from './pieces.ts';
import { plan } from './plan.ts';
import { profile, source } from './source-fixture.ts';
import { partOf } from './tiers.ts';

const costs = fc.record({
  skip: fc.double({ min: 0, max: 0.5, noNaN: true }),
  sound: fc.double({ min: 0, max: 2, noNaN: true }),
});

describe('split', () => {
  it('covers every segment once, in whole segments, with no piece empty', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 16 }), fc.integer({ min: 0, max: 6_000 }), costs, (count, more, cost) => {
        const total = count * SHORTEST_PIECE + more;
        const pieces = split(total, count, cost);
        expect(pieces.map(({ index }) => index)).toEqual(pieces.map((_, index) => index));
        expect(pieces).toHaveLength(count);
        expect(pieces[0]?.from).toBe(0);
        expect(pieces.at(-1)?.to).toBeNull();
        const ends = [...pieces.slice(1).map(({ from }) => from), total];
        for (const [index, { from, to }] of pieces.entries()) {
          expect(Number.isInteger(from)).toBe(true);
          expect(to ?? total).toBe(ends[index]);
          expect(to ?? total).toBeGreaterThan(from);
        }
      }),
    );
  });

  it('makes pieces that take equally long, to one segment, as long as sound is not most of the work', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 200, max: 6_000 }),
        fc.record({
          skip: fc.double({ min: 0, max: 0.15, noNaN: true }),
          sound: fc.double({ min: 0, max: 0.05, noNaN: true }),
        }),
        (count, total, cost) => {
          const each = split(total, count, cost).map((piece) => costOf(piece, total, cost));
          expect(Math.max(...each) - Math.min(...each)).toBeLessThan(2);
        },
      ),
    );
  });

  it('gives workers that must skip more a shorter piece', () => {
    const pieces = split(600, 4, { skip: 0.1, sound: 0.02 });
    const lengths = pieces.map(({ from, to }) => (to ?? 600) - from);
    expect(lengths.slice(1)).toEqual(lengths.slice(1).toSorted((a, b) => b - a));
  });

  it('reaches at least 0.85 of so many workers where skipping costs a tenth', () => {
    for (const count of [2, 3]) {
      const cost = { skip: 0.1, sound: 0.02 };
      const alone = 1_000 * (1 + cost.sound);
      const slowest = Math.max(...split(1_000, count, cost).map((piece) => costOf(piece, 1_000, cost)));
      expect(alone / slowest).toBeGreaterThan(0.85 * count);
    }
  });
});

describe('piecesOf', () => {
  const long = { ...source({ width: 1280, height: 720 }), durationSeconds: 600 };
  const planned = (name: string) => plan(long, profile(name));

  it('shares a long video among as many as there are', () => {
    expect(piecesOf(long, partOf(planned('fast'), 'standard'), 4)).toHaveLength(4);
    expect(piecesOf(long, partOf(planned('web'), 'extended'), 3)).toHaveLength(3);
  });

  it('leaves a piece a minute at least, so that a short video stays whole', () => {
    const part = partOf(planned('fast'), 'standard');
    expect(piecesOf(long, part, 16)).toHaveLength(10);
    expect(piecesOf({ ...long, durationSeconds: 119 }, part, 4)).toHaveLength(2);
    expect(piecesOf({ ...long, durationSeconds: 113 }, part, 4)).toEqual([]);
  });

  it('shares nothing with itself', () => {
    expect(piecesOf(long, partOf(planned('fast'), 'standard'), 1)).toEqual([]);
  });

  it('leaves what is copied whole', () => {
    const part = partOf(planned('fast'), 'standard');
    const renditions = part.renditions.map((one, index) => ({
      ...one,
      mode: index === 0 ? ('copy' as const) : one.mode,
    }));
    expect(piecesOf(long, { ...part, renditions }, 4)).toEqual([]);
  });

  it('takes skipping for cheaper where more is encoded of one picture', () => {
    const [one, all] = [partOf(planned('fast'), 'standard'), partOf(planned('web'), 'extended')];
    const smallest = { ...one, renditions: one.renditions.slice(-1) };
    expect(costsOf(long, one).skip).toBeLessThan(costsOf(long, smallest).skip);
    expect(costsOf(long, all).sound).toBe(0);
    expect(costsOf(long, one).skip).toBeGreaterThan(0.05);
    expect(costsOf(long, one).skip).toBeLessThan(0.15);
  });
});

describe('segmentsIn', () => {
  it('counts the segments that begin before the end', () => {
    const grid = gridOf(plan(source(), profile('fast')));
    expect([0.01, 6, 6.01, 12, 600].map((seconds) => segmentsIn(grid, seconds))).toEqual([1, 1, 2, 2, 100]);
    const ntsc = regularGrid({ num: 30_000, den: 1001 }, 60);
    expect(segmentsIn(ntsc, 6.006)).toBe(1);
  });
});

describe('pieceAt and pieceJob', () => {
  const pieces = split(100, 4, { skip: 0, sound: 0 });

  it('finds the piece of the next segment', () => {
    expect([0, 24, 25, 99, 100].map((segments) => pieceAt(pieces, segments)?.index)).toEqual([0, 0, 1, 3, 3]);
  });

  it('names a piece by its range', () => {
    expect(pieces.map((piece) => pieceJob('standard', piece))).toEqual([
      'standard 0-25',
      'standard 25-50',
      'standard 50-75',
      'standard 75-end',
    ]);
  });
});
