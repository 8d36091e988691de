import { type ClaimHandle, ClaimLost } from '@rushes/shared/claims';
import type { Runtime } from '@rushes/shared/service';

/** Nobody wants the piece any more. */
export class Unwanted extends Error {
  override readonly name = 'Unwanted';
}

/**
 * Does work under a piece's claim, which is renewed every third of its lease.
 * @param isWanted asked with each renewal
 * @throws ClaimLost, Unwanted; the outer signal's reason; what the work throws
 */
export async function whileHeld<T>(
  claim: ClaimHandle,
  about: { leaseMs: number; signal: AbortSignal; log: Runtime['log']; isWanted?: () => Promise<boolean> },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { leaseMs, log, isWanted } = about;
  const stop = new AbortController();
  const signal = AbortSignal.any([about.signal, stop.signal]);
  let running = false;
  const beat = async () => {
    await claim.renew();
    if (isWanted !== undefined && !(await isWanted())) stop.abort(new Unwanted('the piece is not wanted any more'));
  };
  const beats = setInterval(() => {
    if (running || signal.aborted) return;
    running = true;
    beat()
      .catch((error: unknown) => {
        if (error instanceof ClaimLost) stop.abort(error);
        // NATS away for a moment: the next beat tries again, and what is stored is recorded under the claim anyway.
        else log.warn({ err: error }, 'could not renew the claim of a piece');
      })
      .finally(() => {
        running = false;
      });
  }, leaseMs / 3);
  try {
    return await work(signal);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearInterval(beats);
  }
}
