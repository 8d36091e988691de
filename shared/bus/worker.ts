import { StringCodec } from 'nats';
import type { Logger } from 'pino';
import { higherWaits, type Pulled, type PullOptions, pullOne } from './pull.ts';
import { wait } from './wait.ts';
import { startWatchdog, type Watchdog } from './watchdog.ts';

/**
 * The one loop in which every service works off its durables. It pulls only when a slot is free: a long job inside
 * `consume()` makes the client hoard messages that no other worker can get (measured: 13 in 8 s).
 */
export interface WorkerOptions extends PullOptions {
  /** Messages worked on at the same time. */
  slots: number;
  /** The consumer's ack_wait, which `working()` restarts every third of it. */
  ackWaitMs: number;
  handle(delivery: Delivery): Promise<Outcome>;
  /** Resolves when the service's own dependencies answer; no message is pulled before. */
  healthy?: (signal: AbortSignal) => Promise<void>;
  /** Called after a message was acknowledged. */
  acked?: (delivery: Delivery) => Promise<void>;
  /** Makes the connection anew: what the watchdog does about a durable that has messages and gives none. */
  reconnect: () => Promise<void>;
  /** Milliseconds without a message, though there are some, until the watchdog acts; default STALL_MS. */
  stallMs?: number;
  log: Logger;
}

export interface Delivery {
  subject: string;
  sequence: number;
  /** 1 for the first time. */
  deliveries: number;
  body: string;
  traceparent: string;
  /** Aborts when the worker stops: hand the message back. */
  signal: AbortSignal;
  /**
   * Whether a durable of higher precedence has messages for which no slot is free: a long job should then hand its message
   * back. False when it cannot be learned.
   */
  shouldYield(): Promise<boolean>;
}

/** What becomes of a message: done with, or delivered again after a delay. */
export type Outcome = { kind: 'ack' } | { kind: 'nak'; delayMs: number };

export interface Worker {
  /** Takes no new work, aborts what runs and waits until it was handed back. */
  stop(): Promise<void>;
  /** Messages being worked on now. */
  busy(): number;
}

const RETRY_MS = 1_000;
/** An unexpected error of a handler: growing delay, so that a poison message does not spin. */
const ERROR_DELAYS_MS = [1_000, 5_000, 15_000, 60_000];
const text = StringCodec();

export function startWorker(options: WorkerOptions): Worker {
  const stopping = new AbortController();
  const [durable] = options.durables;
  const watchdog = startWatchdog({ ...options, durable }, stopping.signal);
  let busy = 0;
  const slot = async () => {
    while (!stopping.signal.aborted) {
      const pulled = await pull(options, stopping.signal, watchdog);
      if (pulled === null) continue;
      busy += 1;
      try {
        await workOff(options, pulled, stopping.signal);
      } finally {
        busy -= 1;
      }
    }
  };
  const slots = Array.from({ length: options.slots }, slot);
  return {
    busy: () => busy,
    async stop() {
      stopping.abort(new Error('the service is stopping'));
      await Promise.all(slots);
    },
  };
}

async function pull(options: WorkerOptions, stopping: AbortSignal, watchdog: Watchdog): Promise<Pulled | null> {
  try {
    await options.healthy?.(stopping);
    if (stopping.aborted) return null;
    return await pullOne(options, stopping, watchdog);
  } catch (error) {
    if (stopping.aborted) return null;
    options.log.warn({ err: error, durables: options.durables }, 'cannot pull from a durable; trying again');
    await wait(RETRY_MS, stopping);
    return null;
  }
}

async function workOff(options: WorkerOptions, { message, rank }: Pulled, signal: AbortSignal): Promise<void> {
  const beat = setInterval(() => message.working(), options.ackWaitMs / 3);
  const delivery: Delivery = {
    subject: message.subject,
    sequence: message.seq,
    deliveries: message.info.redeliveryCount,
    body: text.decode(message.data),
    traceparent: message.headers?.get('traceparent') ?? '',
    signal,
    shouldYield: async () => rank > 0 && (await mustYield(options, rank)),
  };
  try {
    const outcome = await options.handle(delivery);
    clearInterval(beat);
    if (outcome.kind === 'nak') return message.nak(Math.max(0, Math.round(outcome.delayMs)));
    message.ack();
    await options.acked?.(delivery);
  } catch (error) {
    clearInterval(beat);
    const delayMs = signal.aborted ? 0 : errorDelay(delivery.deliveries);
    options.log.error({ err: error, subject: delivery.subject, delayMs }, 'handler failed; handing the message back');
    message.nak(delayMs);
  } finally {
    clearInterval(beat);
  }
}

async function mustYield(options: WorkerOptions, rank: number): Promise<boolean> {
  try {
    return await higherWaits(options, rank);
  } catch (error) {
    options.log.warn({ err: error, durables: options.durables }, 'cannot see whether more urgent work waits; going on');
    return false;
  }
}

function errorDelay(deliveries: number): number {
  const base = ERROR_DELAYS_MS[Math.min(deliveries, ERROR_DELAYS_MS.length) - 1] ?? RETRY_MS;
  return base * (0.75 + Math.random() / 2);
}
