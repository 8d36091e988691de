import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatRate,
  fps,
  frameTicks,
  gopFramesOf,
  outputRate,
  parseRate,
  type Rate,
  rateOf,
  snap,
  timescaleOf,
} from './rate.ts';

const rates = fc
  .record({ num: fc.integer({ min: 1, max: 240_000 }), den: fc.integer({ min: 1, max: 2002 }) })
  .filter((rate) => fps(rate) >= 1 / 60 && fps(rate) <= 1000);

describe('parseRate', () => {
  it('reads a fraction in lowest terms', () => {
    expect(parseRate('50/2')).toEqual({ num: 25, den: 1 });
    expect(parseRate('30000/1001')).toEqual({ num: 30000, den: 1001 });
  });

  it.each(['0/0', '30/0', 'N/A', '', undefined, '90000/1', '1/600'])('does not take %s for a rate', (text) => {
    expect(parseRate(text)).toBeNull();
  });
});

describe('snap', () => {
  it.each([
    [{ num: 90000, den: 2999 }, '30/1'],
    [{ num: 2997, den: 100 }, '30000/1001'],
    [{ num: 23976, den: 1000 }, '24000/1001'],
    [{ num: 2397, den: 100 }, '24000/1001'],
    [{ num: 60, den: 1 }, '60/1'],
    [{ num: 10, den: 1 }, '10/1'],
    [{ num: 15000, den: 1001 }, '15000/1001'],
    [{ num: 25, den: 2 }, '25/2'],
  ])('takes %o for %s', (rate, expected) => {
    expect(formatRate(snap(rate))).toBe(expected);
  });
});

describe('rateOf', () => {
  it('takes a measured rate near a whole number for that number', () => {
    expect(rateOf(1 / 0.083)).toEqual({ num: 12, den: 1 });
    expect(rateOf(7.5)).toEqual({ num: 15, den: 2 });
  });
});

describe('outputRate', () => {
  it.each<[Rate, string]>([
    [{ num: 120, den: 1 }, '60/1'],
    [{ num: 120000, den: 1001 }, '60000/1001'],
    [{ num: 144, den: 1 }, '48/1'],
    [{ num: 240, den: 1 }, '60/1'],
    [{ num: 50, den: 1 }, '50/1'],
    [{ num: 1, den: 1 }, '5/1'],
    [{ num: 1, den: 10 }, '5/1'],
  ])('makes %o into %s', (rate, expected) => {
    expect(formatRate(outputRate(rate))).toBe(expected);
  });

  it('always lies between 5 and 60 frames a second', () => {
    fc.assert(
      fc.property(rates, (rate) => {
        const out = fps(outputRate(rate));
        expect(out).toBeGreaterThanOrEqual(5 * 0.99);
        expect(out).toBeLessThanOrEqual(60 * 1.01);
      }),
    );
  });
});

describe('timescaleOf and frameTicks', () => {
  it('give every frame a whole number of ticks, fine enough for sound', () => {
    expect([timescaleOf({ num: 30000, den: 1001 }), frameTicks({ num: 30000, den: 1001 })]).toEqual([30000, 1001]);
    fc.assert(
      fc.property(rates, (rate) => {
        const out = outputRate(rate);
        expect(frameTicks(out) / timescaleOf(out)).toBeCloseTo(out.den / out.num, 12);
        expect(timescaleOf(out)).toBeGreaterThanOrEqual(10_000);
        expect(Number.isInteger(frameTicks(out))).toBe(true);
      }),
    );
  });
});

describe('gopFramesOf', () => {
  it('is two seconds in whole frames', () => {
    expect([24000 / 1001, 25, 30000 / 1001, 60, 5].map((rate) => gopFramesOf({ num: rate, den: 1 }))).toEqual([
      48, 50, 60, 120, 10,
    ]);
  });
});
