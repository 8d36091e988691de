import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averageBandwidth, type Piece, peakBandwidth } from './bandwidth.ts';

const piece = fc.record({
  ticks: fc.integer({ min: 1, max: 300_000 }),
  bytes: fc.integer({ min: 0, max: 10_000_000 }),
});

/** Every run of pieces that RFC 8216 counts, found the slow way. */
function legalRates(pieces: readonly Piece[], timescale: number, target: number): number[] {
  const rates: number[] = [];
  for (let first = 0; first < pieces.length; first += 1) {
    for (let end = first + 1; end <= pieces.length; end += 1) {
      const run = pieces.slice(first, end);
      const seconds = run.reduce((sum, { ticks }) => sum + ticks, 0) / timescale;
      const bytes = run.reduce((sum, one) => sum + one.bytes, 0);
      if (seconds >= target / 2 && seconds <= target * 1.5) rates.push((bytes * 8) / seconds);
    }
  }
  return rates;
}

describe('peakBandwidth', () => {
  it('is the largest rate of all legal runs, or the average where that is larger, rounded up', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.integer({ min: 1, max: 10 }), (pieces, target) => {
        const rates = legalRates(pieces, 30_000, target);
        fc.pre(rates.some((rate) => rate > 0));
        const peak = peakBandwidth(pieces, 30_000, target);
        for (const rate of rates) expect(peak).toBeGreaterThanOrEqual(rate - 1e-6);
        expect(peak).toBeLessThan(Math.max(...rates, averageBandwidth(pieces, 30_000)) + 1 + 1e-6);
      }),
    );
  });

  it('counts a short hard end together with the segment before it', () => {
    const pieces = [
      { ticks: 180_180, bytes: 750_750 },
      { ticks: 60_060, bytes: 750_750 },
    ];
    // 8.008 s in one run are at most 1.5 target durations; the two seconds alone are less than half of one.
    expect(peakBandwidth(pieces, 30_000, 6)).toBe(1_500_000);
  });

  it('takes content that is too short for any run as one run', () => {
    expect(peakBandwidth([{ ticks: 6_000, bytes: 1_000 }], 30_000, 1)).toBe(40_000);
  });

  it('is never below the average of content that lasts a legal run', () => {
    expect(peakBandwidth([{ ticks: 30_000, bytes: 125 }], 30_000, 1)).toBe(1_000);
    expect(averageBandwidth([{ ticks: 30_000, bytes: 125 }], 30_000)).toBe(1_000);
  });

  it('is zero for nothing', () => {
    expect(peakBandwidth([], 30_000, 6)).toBe(0);
    expect(averageBandwidth([], 30_000)).toBe(0);
  });
});
