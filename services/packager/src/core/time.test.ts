import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalSeconds, microseconds, pieceMicros, xmlDuration } from './time.ts';

/** Lengths of consecutive pieces. */
function lengths(ticks: readonly number[], timescale: number): number[] {
  let time = 0;
  return ticks.map((piece) => {
    time += piece;
    return pieceMicros({ time: time - piece, ticks: piece }, timescale);
  });
}

describe('pieceMicros', () => {
  it('adds up to the rounded whole for any durations and timescale', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 1, maxLength: 2_000 }),
        fc.integer({ min: 1, max: 10_000_000 }),
        (ticks, timescale) => {
          const sum = lengths(ticks, timescale).reduce((total, piece) => total + piece, 0);
          const whole = ticks.reduce((total, piece) => total + piece, 0);
          expect(sum).toBe(microseconds(whole, timescale));
        },
      ),
    );
  });

  it('keeps each piece within a microsecond of its true length', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400_000 }), { maxLength: 50 }), (ticks) => {
        for (const [index, piece] of lengths(ticks, 30_000).entries()) {
          expect(Math.abs(piece - ((ticks[index] ?? 0) * 1_000_000) / 30_000)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('does not drift over two hours of sound cut at 5.994667 and 6.016 seconds', () => {
    const ticks = Array.from({ length: 1_200 }, (_, index) => (index % 4 === 0 ? 288_768 : 287_744));
    const sum = lengths(ticks, 48_000).reduce((total, piece) => total + piece, 0);
    expect(sum).toBe(microseconds(300 * 288_768 + 900 * 287_744, 48_000));
  });
});

describe('microseconds', () => {
  it('stays exact where ticks times a million leave the safe integers', () => {
    expect(microseconds(36_000 * 10_000_000 + 1, 10_000_000)).toBe(36_000_000_000);
    expect(microseconds(180_180, 30_000)).toBe(6_006_000);
  });

  it('rounds half a microsecond up', () => {
    expect(microseconds(1, 2_000_000)).toBe(1);
  });
});

describe('decimalSeconds and xmlDuration', () => {
  it('write six decimals, and none that are not needed', () => {
    expect(decimalSeconds(6_006_000)).toBe('6.006000');
    expect(decimalSeconds(40)).toBe('0.000040');
    expect(xmlDuration(61_400_000)).toBe('PT61.4S');
    expect(xmlDuration(60_000_000)).toBe('PT60S');
    expect(xmlDuration(1_200_000_000)).toBe('PT1200S');
  });
});
