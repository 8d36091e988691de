import { type ConsumerInfo, type ConsumerMessages, ErrorCode, type JetStreamClient, type JsMsg, NatsError } from 'nats';
import type { Watchdog } from './watchdog.ts';

/** A durable by its name, on the worker's stream or on one of its own. */
export type DurableName = string | { stream: string; durable: string };

/** Durables in order of precedence: a later one is served only when those before it have nothing to give. */
export type Durables = readonly [string, ...DurableName[]];

export interface PullOptions {
  client: JetStreamClient;
  stream: string;
  durables: Durables;
}

/** A message with the place of its durable in the order of precedence. */
export interface Pulled {
  message: JsMsg;
  rank: number;
}

/** A pull that a reconnect has orphaned is noticed after this time. */
const PULL_MS = 5_000;
/** Beside lower durables: how long their work may wait for nothing. The shortest that the client allows. */
const SHORT_PULL_MS = 1_000;

/**
 * One message of the first durable that has any, or null after a while. Only the first one is waited for: what comes to a
 * lower one must not keep a message of a higher one waiting, so it is asked for without waiting.
 */
export async function pullOne(
  { client, stream, durables }: PullOptions,
  stopping: AbortSignal,
  watchdog: Watchdog,
): Promise<Pulled | null> {
  const [first, ...lower] = durables;
  if (lower.length > 0) {
    for (const [rank, durable] of durables.entries()) {
      const message = await (typeof durable === 'string'
        ? pullNow(client, stream, durable)
        : pullNow(client, durable.stream, durable.durable));
      if (message === null) continue;
      watchdog.served();
      if (!stopping.aborted) return { message, rank };
      message.nak();
      return null;
    }
  }
  const consumer = await client.consumers.get(stream, first);
  const expires = lower.length > 0 ? SHORT_PULL_MS : PULL_MS;
  const message = await watchdog.watch(
    async (signal) => firstOf(await consumer.fetch({ max_messages: 1, expires }), signal),
    async () => hasNothingToGive(await consumer.info()),
  );
  return message === null ? null : { message, rank: 0 };
}

/**
 * Whether a durable before the one of `rank` has messages that nobody has pulled yet. While a slot were free for them it
 * would have pulled them. Only durables of the worker's own stream count: another one's messages are parts of work that goes on
 * without them too. Those that were given out before and come again are not counted: the server tells of them only
 * together with those being worked on.
 */
export async function higherWaits({ client, stream, durables }: PullOptions, rank: number): Promise<boolean> {
  for (const durable of durables.slice(0, rank)) {
    if (typeof durable !== 'string') continue;
    const consumer = await client.consumers.get(stream, durable);
    if ((await consumer.info(true)).num_pending > 0) return true;
  }
  return false;
}

/**
 * A message that can be had at once, also one that is delivered again; else null. `fetch` of the client's newer interface
 * always waits a second or more, so this is the older call, which sends `no_wait`.
 */
async function pullNow(client: JetStreamClient, stream: string, durable: string): Promise<JsMsg | null> {
  try {
    return await client.pull(stream, durable);
  } catch (error) {
    if (error instanceof NatsError && NOTHING_NOW.has(error.code)) return null;
    throw error;
  }
}

/** No messages, or only as many as others wait for already. */
const NOTHING_NOW = new Set<string>([ErrorCode.JetStream404NoMessages, ErrorCode.JetStream408RequestTimeout]);

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
