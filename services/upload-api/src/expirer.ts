import { wait } from '@rushes/shared/bus';
import { type Lease, type LeaseDeps, tryAcquire } from '@rushes/shared/lease';
import { type ExpireDeps, expireUploads } from './expire.ts';

export interface ExpirerOptions extends ExpireDeps {
  /** One replica at a time does it. */
  lease: LeaseDeps;
  intervalMs: number;
  /** Resolves when log and store answer, or the signal aborts. */
  healthy(signal: AbortSignal): Promise<void>;
}

export interface Expirer {
  stop(): Promise<void>;
}

/** Closes uploads that run out of time, for as long as the service runs. */
export function startExpirer(options: ExpirerOptions): Expirer {
  const stopping = new AbortController();
  const running = run(options, stopping.signal);
  return {
    async stop() {
      stopping.abort(new Error('the service is stopping'));
      await running;
    },
  };
}

async function run(options: ExpirerOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await options.healthy(signal);
    if (signal.aborted) return;
    try {
      const lease = await tryAcquire(options.lease);
      if (lease !== null) await expireWhileHeld(options, lease, signal);
    } catch (error) {
      if (!signal.aborted) options.log.warn({ err: error }, 'closing uploads broke off; trying again');
    }
    await wait(options.intervalMs, signal);
  }
}

async function expireWhileHeld(options: ExpirerOptions, lease: Lease, stopping: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([stopping, lease.signal]);
  try {
    for (let from = 0; !signal.aborted; ) {
      from = await expireUploads(options, from, signal);
      await wait(options.intervalMs, signal);
      await options.healthy(signal);
    }
  } finally {
    await lease.release();
  }
}
