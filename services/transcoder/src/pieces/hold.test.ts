import { type ClaimHandle, ClaimLost } from '@rushes/shared/claims';
import { createLogger } from '@rushes/shared/service';
import { describe, expect, it } from 'vitest';
import { Unwanted, whileHeld } from './hold.ts';

const claimThat = (renew: () => Promise<void>): ClaimHandle => ({
  attempt: 1,
  failures: 0,
  tracks: [],
  renew,
  release: async () => 0,
});
const log = createLogger('transcoder', 'silent');
const about = (more: object = {}) => ({ leaseMs: 3, signal: new AbortController().signal, log, ...more });
/** Work that ends when it is told to. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('torn')), { once: true }));

describe('whileHeld', () => {
  it('renews the claim until the work is done, and answers what it answers', async () => {
    const third = Promise.withResolvers<string>();
    let renewals = 0;
    const claim = claimThat(async () => {
      renewals += 1;
      if (renewals === 3) third.resolve('done');
    });
    expect(await whileHeld(claim, about(), () => third.promise)).toBe('done');
  });

  it('stops the work when the claim is lost, and says so', async () => {
    const lost = new ClaimLost('taken over');
    await expect(
      whileHeld(
        claimThat(() => Promise.reject(lost)),
        about(),
        untilAborted,
      ),
    ).rejects.toBe(lost);
  });

  it('stops the work when nobody wants the piece any more', async () => {
    const options = about({ isWanted: async () => false });
    await expect(
      whileHeld(
        claimThat(async () => {}),
        options,
        untilAborted,
      ),
    ).rejects.toBeInstanceOf(Unwanted);
  });

  it('outlives an outage of NATS, in which it can neither renew nor ask', async () => {
    let failures = 0;
    const done = Promise.withResolvers<string>();
    const claim = claimThat(async () => {
      failures += 1;
      if (failures === 3) done.resolve('done');
      throw new Error('away');
    });
    expect(await whileHeld(claim, about(), () => done.promise)).toBe('done');
  });

  it('throws the reason for which it was stopped from outside, not what was torn by it', async () => {
    const outside = new AbortController();
    const running = whileHeld(
      claimThat(async () => {}),
      about({ signal: outside.signal }),
      untilAborted,
    );
    const stopping = new Error('the service is stopping');
    outside.abort(stopping);
    await expect(running).rejects.toBe(stopping);
  });
});
