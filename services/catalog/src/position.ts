import type { Checkpoint } from './database.ts';

/** How far the served read model is, for whoever has to wait for it. Works on every replica. */
export interface Position {
  now(): Promise<Checkpoint | null>;
  /** The checkpoint once it has come to a sequence; null when it has not within `timeoutMs`, or the signal aborted. */
  reached(sequence: number, timeoutMs: number, signal?: AbortSignal): Promise<Checkpoint | null>;
  /** To be called where a checkpoint was written: nobody has to wait for the next look then. */
  wake(): void;
}

interface Waiter {
  sequence: number;
  resolve(checkpoint: Checkpoint | null): void;
  reject(error: unknown): void;
}

/** The projection may run in another replica, whose checkpoints are only to be seen in the database. */
const LOOK_MS = 25;

export function createPosition(read: () => Promise<Checkpoint | null>): Position {
  const waiters = new Set<Waiter>();
  let looking = false;
  let woken = Promise.withResolvers<void>();

  /** One loop looks for all who wait, and ends with the last of them. */
  const look = async () => {
    if (looking) return;
    looking = true;
    while (waiters.size > 0) {
      try {
        const checkpoint = await read();
        for (const waiter of waiters) {
          if (checkpoint !== null && checkpoint.sequence >= waiter.sequence) waiter.resolve(checkpoint);
        }
      } catch (error) {
        for (const waiter of waiters) waiter.reject(error);
      }
      if (waiters.size > 0) await pause(woken.promise);
    }
    looking = false;
  };

  return {
    now: read,
    wake() {
      woken.resolve();
      woken = Promise.withResolvers();
    },
    async reached(sequence, timeoutMs, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<Checkpoint | null>();
      const waiter: Waiter = { sequence, resolve, reject };
      const giveUp = () => resolve(null);
      const timer = setTimeout(giveUp, timeoutMs);
      signal?.addEventListener('abort', giveUp, { once: true });
      if (signal?.aborted) giveUp();
      waiters.add(waiter);
      void look();
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        waiters.delete(waiter);
      }
    },
  };
}

async function pause(woken: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, LOOK_MS);
  });
  await Promise.race([woken, late]);
  clearTimeout(timer);
}
