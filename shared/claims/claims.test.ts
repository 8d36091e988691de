import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Claim, decideClaim, MAX_FAILURES, releasedClaim } from './decide.ts';

const wish = { job: 'standard', worker: 'b', now: 1_000, leaseMs: 300 };
const held: Claim = { job: 'standard', attempt: 1, failures: 0, worker: 'a', leaseUntil: 1_200, tracks: [] };
const track = { rendition: 'h264-720', track: 'k', etag: 'e', segments: 3 };

describe('a claim', () => {
  it('is taken when there is none', () => {
    expect(decideClaim(null, wish)).toEqual({
      kind: 'take',
      claim: { job: 'standard', attempt: 1, failures: 0, worker: 'b', leaseUntil: 1_300, tracks: [] },
    });
  });
  it('is left to its holder while the lease runs', () => {
    expect(decideClaim(held, wish)).toEqual({ kind: 'held', until: 1_200 });
  });
  it('is taken over when the lease ran out, which counts as a failure and keeps what was recorded', () => {
    expect(decideClaim({ ...held, leaseUntil: 999, tracks: [track] }, wish)).toMatchObject({
      kind: 'take',
      claim: { attempt: 2, failures: 1, worker: 'b', tracks: [track] },
    });
  });
  it('is left to its holder for one lease after NATS came back, since nobody could renew it', () => {
    const stale = { ...held, leaseUntil: 100 };
    expect(decideClaim(stale, { ...wish, reconnectedAt: 900 })).toEqual({ kind: 'held', until: 1_200 });
    expect(decideClaim(stale, { ...wish, now: 1_200, reconnectedAt: 900 })).toMatchObject({
      kind: 'take',
      claim: { failures: 1 },
    });
  });
  it('that was released is free at once, whenever NATS came back', () => {
    const released = releasedClaim(held, 'handback', 100);
    expect(decideClaim(released, { ...wish, reconnectedAt: 999 })).toMatchObject({ kind: 'take' });
  });
  it('that was handed back counts no failure', () => {
    expect(decideClaim(releasedClaim(held, 'handback', 900), wish)).toMatchObject({
      claim: { attempt: 2, failures: 0 },
    });
  });
  it('of another job starts without failures and tracks, but its attempt goes on', () => {
    const other: Claim = { ...held, job: 'first', failures: 4, worker: null, tracks: [track], attempt: 7 };
    expect(decideClaim(other, wish)).toMatchObject({ claim: { attempt: 8, failures: 0, tracks: [] } });
  });
  it('is exhausted with the sixth failure, whether it ran out or was given back', () => {
    const ranOut = { ...held, failures: MAX_FAILURES - 1, leaseUntil: 0 };
    expect(decideClaim(ranOut, wish)).toMatchObject({ kind: 'exhausted', claim: { failures: MAX_FAILURES } });
    const givenBack = releasedClaim({ ...held, failures: MAX_FAILURES - 1 }, 'failure', 900);
    expect(decideClaim(givenBack, wish)).toMatchObject({ kind: 'exhausted' });
  });
  it('never gives two holders at one time, and its attempt never falls', () => {
    const step = fc.record({
      worker: fc.constantFrom('a', 'b', 'c'),
      job: fc.constantFrom('first', 'standard'),
      wait: fc.integer({ min: 0, max: 600 }),
      release: fc.option(fc.constantFrom('done', 'handback', 'failure' as const)),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let stored: Claim | null = null;
        let now = 0;
        for (const { worker, job, wait, release } of steps) {
          now += wait;
          const decision = decideClaim(stored, { job, worker, now, leaseMs: 300 });
          if (decision.kind === 'held') {
            expect(stored?.leaseUntil).toBeGreaterThan(now);
            continue;
          }
          expect(stored === null || stored.worker === null || stored.leaseUntil <= now).toBe(true);
          expect(decision.claim.attempt).toBeGreaterThanOrEqual(stored?.attempt ?? 0);
          stored = decision.claim;
          if (release !== null && decision.kind === 'take') stored = releasedClaim(stored, release, now);
        }
      }),
    );
  });
});
