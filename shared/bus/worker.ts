import { type ConsumerInfo, type ConsumerMessages, type JetStreamClient, type JsMsg, StringCodec } from 'nats';
import type { Logger } from 'pino';
import { wait } from './wait.ts';
import { startWatchdog, type Watchdog } from './watchdog.ts';

/**
 * The one loop in which every service works off a durable. It pulls only when a slot is free: a long job inside `consume()`
 * makes the client hoard messages that no other worker can get (measured: 13 in 8 s).
 */
export interface WorkerOptions {
  client: JetStreamClient;
  stream: string;
  durable: string;
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
}

/** What becomes of a message: done with, or delivered again after a delay. */
export type Outcome = { kind: 'ack' } | { kind: 'nak'; delayMs: number };

export interface Worker {
  /** Takes no new work, aborts what runs and waits until it was handed back. */
  stop(): Promise<void>;
  /** Messages being worked on now. */
  busy(): number;
}

/** A pull that a reconnect has orphaned is noticed after this time. */
const PULL_MS = 5_000;
const RETRY_MS = 1_000;
/** An unexpected error of a handler: growing delay, so that a poison message does not spin. */
const ERROR_DELAYS_MS = [1_000, 5_000, 15_000, 60_000];
const text = StringCodec();

export function startWorker(options: WorkerOptions): Worker {
  const stopping = new AbortController();
  const watchdog = startWatchdog(options, stopping.signal);
  let busy = 0;
  const slot = async () => {
    while (!stopping.signal.aborted) {
      const message = await pullOne(options, stopping.signal, watchdog);
      if (message === null) continue;
      busy += 1;
      try {
        await workOff(options, message, stopping.signal);
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

async function pullOne(options: WorkerOptions, stopping: AbortSignal, watchdog: Watchdog): Promise<JsMsg | null> {
  try {
    await options.healthy?.(stopping);
    if (stopping.aborted) return null;
    const consumer = await options.client.consumers.get(options.stream, options.durable);
    return await watchdog.watch(
      async (signal) => firstOf(await consumer.fetch({ max_messages: 1, expires: PULL_MS }), signal),
      async () => hasNothingToGive(await consumer.info()),
    );
  } catch (error) {
    if (stopping.aborted) return null;
    options.log.warn({ err: error, durable: options.durable }, 'cannot pull from the durable; trying again');
    await wait(RETRY_MS, stopping);
    return null;
  }
}

/** Also when it waits for acknowledgements: then others work, and it gives nothing until they are done. */
function hasNothingToGive({
  num_pending,
  num_ack_pending,
  config,
  paused,
}: ConsumerInfo & { paused?: boolean }): boolean {
  return (
    num_pending === 0 || num_ack_pending >= (config.max_ack_pending ?? Number.POSITIVE_INFINITY) || paused === true
  );
}

async function firstOf(messages: ConsumerMessages, signal: AbortSignal): Promise<JsMsg | null> {
  const stop = () => messages.stop();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    for await (const message of messages) {
      // Pulled in the moment of stopping: nobody will work on it here.
      if (!signal.aborted) return message;
      message.nak();
    }
    return null;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function workOff(options: WorkerOptions, message: JsMsg, signal: AbortSignal): Promise<void> {
  const beat = setInterval(() => message.working(), options.ackWaitMs / 3);
  const delivery: Delivery = {
    subject: message.subject,
    sequence: message.seq,
    deliveries: message.info.redeliveryCount,
    body: text.decode(message.data),
    traceparent: message.headers?.get('traceparent') ?? '',
    signal,
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

function errorDelay(deliveries: number): number {
  const base = ERROR_DELAYS_MS[Math.min(deliveries, ERROR_DELAYS_MS.length) - 1] ?? RETRY_MS;
  return base * (0.75 + Math.random() / 2);
}
