import { wait } from '../bus/index.ts';
import { type Lease, type LeaseDeps, tryAcquire } from './lease.ts';

export interface LeasedLoopOptions {
  /** One replica at a time does it. */
  lease: LeaseDeps;
  intervalMs: number;
  /** Resolves when what a round needs answers, or the signal aborts: no round begins before. */
  healthy(signal: AbortSignal): Promise<void>;
  /** `signal` aborts when the service stops or the lease is lost. A round that throws is said; the next one tries again. */
  round(signal: AbortSignal): Promise<void>;
}

export interface LeasedLoop {
  /** Waits for the round that is under way. */
  stop(): Promise<void>;
}

/** Does something round by round, for as long as the service runs, in one replica at a time. */
export function startLeasedLoop(options: LeasedLoopOptions): LeasedLoop {
  const stopping = new AbortController();
  const running = run(options, stopping.signal);
  return {
    async stop() {
      stopping.abort(new Error('the service is stopping'));
      await running;
    },
  };
}

async function run(options: LeasedLoopOptions, signal: AbortSignal): Promise<void> {
  const { key, log } = options.lease;
  while (!signal.aborted) {
    await options.healthy(signal);
    if (signal.aborted) return;
    try {
      const lease = await tryAcquire(options.lease);
      if (lease !== null) await whileHeld(options, lease, signal);
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error, lease: key }, 'a round broke off; trying again');
    }
    await wait(options.intervalMs, signal);
  }
}

async function whileHeld(options: LeasedLoopOptions, lease: Lease, stopping: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([stopping, lease.signal]);
  try {
    while (!signal.aborted) {
      await options.round(signal);
      await wait(options.intervalMs, signal);
      await options.healthy(signal);
    }
  } finally {
    await lease.release();
  }
}
