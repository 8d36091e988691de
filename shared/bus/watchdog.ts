import type { Logger } from 'pino';

export interface WatchdogOptions {
  durable: string;
  /** Makes the connection anew. */
  reconnect: () => Promise<void>;
  /** Milliseconds that messages may wait for a free slot; default STALL_MS. */
  stallMs?: number | undefined;
  log: Logger;
}

/**
 * Notices a durable that has messages and gives none to a free slot: a pull that never ends, or pulls that come back empty
 * while messages wait. What is known to do this is a subscription that a reconnect has lost. Then the pulls under way are
 * given up and the connection is made anew. (A connection that hears nothing at all is noticed by the client's pings.)
 */
export interface Watchdog {
  /**
   * Watches one pull. `pull` ends early when its signal aborts.
   * @param isEmpty asked when nothing came: whether nothing is waiting either
   */
  watch<T>(pull: (signal: AbortSignal) => Promise<T | null>, isEmpty: () => Promise<boolean>): Promise<T | null>;
  /** A message came without a watched pull: nothing is stalled, however long the work on it takes. */
  served(): void;
}

/** Six pulls of five seconds. */
const STALL_MS = 30_000;

export function startWatchdog(options: WatchdogOptions, stopping: AbortSignal): Watchdog {
  const { durable, log, stallMs = STALL_MS } = options;
  let pulls = 0;
  let givenUp = new AbortController();
  /** Since when no pull has ended as it should. */
  let stalledSince: number | null = null;
  const restart = () => {
    stalledSince = performance.now();
    log.error({ durable, stallMs }, 'messages wait and none comes; connecting anew');
    givenUp.abort(new Error('the watchdog gave this pull up'));
    givenUp = new AbortController();
    options.reconnect().catch((error: unknown) => log.warn({ err: error, durable }, 'could not connect anew'));
  };
  const timer = setInterval(() => {
    if (pulls > 0 && stalledSince !== null && performance.now() - stalledSince > stallMs) restart();
  }, stallMs / 4);
  timer.unref();
  stopping.addEventListener('abort', () => clearInterval(timer), { once: true });
  return {
    async watch(pull, isEmpty) {
      pulls += 1;
      stalledSince ??= performance.now();
      try {
        const found = await pull(AbortSignal.any([stopping, givenUp.signal]));
        if (found !== null || (await isEmpty())) stalledSince = null;
        return found;
      } finally {
        pulls -= 1;
      }
    },
    served() {
      stalledSince = null;
    },
  };
}
