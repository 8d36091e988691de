import { describe, expect, it } from 'vitest';
import { expiryInterval } from './expiry.ts';

describe('the interval of looking for uploads that have run out of time', () => {
  it.each([
    ['a minute for a day', 86_400_000, undefined, 60_000],
    ['a quarter of a short time', 20_000, undefined, 5_000],
    ['a second at least', 1_000, 1_000, 1_000],
    ["the reconciler's where that is shorter", 86_400_000, 5_000, 5_000],
    ["not the reconciler's where that is longer", 86_400_000, 600_000, 60_000],
  ])('is %s', (_what, ttl, reconcile, expected) => {
    expect(expiryInterval(ttl, reconcile)).toBe(expected);
  });
});
