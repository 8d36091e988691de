import { setTimeout as delay } from 'node:timers/promises';
import { LogLost } from '../nats/index.ts';
import type { Say } from './startup.ts';

export interface KeeperDeps {
  /** Makes what is missing on the bus and says what it made. Throws LogLost, or anything while the bus does not answer. */
  ensure(): Promise<string[]>;
  say: Say;
  /** Milliseconds between two looks. */
  intervalMs: number;
  /** Milliseconds until a lost log is said again, and for which other trouble may last before it is said. */
  repeatMs: number;
  now: () => number;
}

/** Looks after streams, buckets and durables while everything runs. */
export interface Keeper {
  /** Looks at once: the server was just restarted. */
  wake(): void;
  stop(): Promise<void>;
}

/**
 * A durable that was lost while everything runs is made again, and it is said; done work is recognised in the log by the stages.
 * A log that is lost or replaced is never made anew: it is said at once and then again and again, until it is back.
 */
export function startKeeper(deps: KeeperDeps): Keeper {
  const stopping = new AbortController();
  let woken = new AbortController();
  // Also while it is just looking.
  let asked = false;
  let lostSaidAt: number | undefined;
  let failingSince: number | undefined;

  // A bus that does not answer is the supervisor's to report, and every service's; what lasts may be something else.
  const tellOfTrouble = (error: unknown) => {
    failingSince ??= deps.now();
    if (deps.now() - failingSince < deps.repeatMs) return;
    failingSince = deps.now();
    deps.say(`! cannot look after streams and durables on NATS: ${error instanceof Error ? error.message : error}`);
  };
  const look = async () => {
    try {
      const made = await deps.ensure();
      if (lostSaidAt !== undefined) deps.say('the event log is there again');
      lostSaidAt = undefined;
      failingSince = undefined;
      if (made.length > 0) deps.say(`! made again on NATS: ${made.join(', ')}`);
    } catch (error) {
      if (!(error instanceof LogLost)) return tellOfTrouble(error);
      if (lostSaidAt !== undefined && deps.now() - lostSaidAt < deps.repeatMs) return;
      lostSaidAt = deps.now();
      deps.say(`! ${error.message}`);
    }
  };
  const run = async () => {
    while (!stopping.signal.aborted) {
      woken = new AbortController();
      const signal = AbortSignal.any([stopping.signal, woken.signal]);
      if (!asked) await delay(deps.intervalMs, undefined, { signal }).catch(() => undefined);
      asked = false;
      if (!stopping.signal.aborted) await look();
    }
  };
  const running = run();
  return {
    wake() {
      asked = true;
      woken.abort();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
