import { setTimeout as delay } from 'node:timers/promises';
import { LogLost } from '../nats/index.ts';

export interface Patience {
  /** Milliseconds. */
  forMs: number;
  signal: AbortSignal;
  now: () => number;
  /** Called once for what does not answer at first. */
  waiting(what: string, why: string): void;
}

const AGAIN_MS = 250;

/**
 * Servers that were just started refuse for a while; after that what they say is the answer. Throws it with the name of what did
 * not answer; LogLost at once, which no waiting cures.
 */
export async function patiently<T>(what: string, work: () => Promise<T>, patience: Patience): Promise<T> {
  const deadline = patience.now() + patience.forMs;
  for (let said = false; ; said = true) {
    try {
      return await work();
    } catch (error) {
      patience.signal.throwIfAborted();
      if (error instanceof LogLost) throw error;
      const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      if (patience.now() > deadline) throw new Error(`${what} could not be prepared: ${why}`, { cause: error });
      if (!said) patience.waiting(what, why);
      await delay(AGAIN_MS, undefined, { signal: patience.signal });
    }
  }
}
