import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryDelay } from './backoff.ts';

describe('retryDelay', () => {
  it('doubles from a second to half a minute', () => {
    expect([1, 2, 3, 6, 50].map((failures) => retryDelay(failures, 0))).toEqual([1_000, 2_000, 4_000, 30_000, 30_000]);
  });

  it('is spread by at most a fifth', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        const delay = retryDelay(failures, random);
        expect(delay).toBeGreaterThanOrEqual(1_000);
        expect(delay).toBeLessThanOrEqual(36_000);
      }),
    );
  });
});
