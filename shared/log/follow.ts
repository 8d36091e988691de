import {
  AckPolicy,
  type Consumer,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
  nanos,
  nuid,
  StringCodec,
} from 'nats';
import type { Logger } from 'pino';
import { wait } from '../bus/index.ts';
import { type ParsedEvent, parseEvent } from '../events/index.ts';
import { STREAM } from './read.ts';

export interface FollowOptions {
  /** Stored subjects, e.g. `video.packaged.*`; all when empty. */
  filters?: string[];
  /** First sequence wanted. */
  fromSequence: number;
  signal: AbortSignal;
}

export interface Followed {
  sequence: number;
  subject: string;
  /** The stored text, for what does not parse. */
  body: string;
  parsed: ParsedEvent;
  traceparent: string;
  /** Messages of the stream still to come after this one: 0 means the end was reached. */
  pending: number;
  /** When the server stored it. */
  storedAt: Date;
}

/** What a follower needs of the log. */
interface FollowDeps {
  client: JetStreamClient;
  manager: JetStreamManager;
  log: Logger;
}

const RETRY_MS = 500;
/** Messages fetched at once: also all that a slow reader has in memory. */
const FETCH = 1_000;
/** A fetch that a lost connection has orphaned is noticed after this time. */
const FETCH_MS = 5_000;
/** The server forgets a follower that has gone without a word. */
const FORGET_MS = 60_000;
const text = StringCodec();

/**
 * Reads the log in order, across reconnects and lost consumers, as fast as it is read and no faster: the client's own
 * `consume()` refills by what arrives, so a reader slower than the server would get the whole log into memory.
 * Ends with `signal`.
 */
export async function* follow(deps: FollowDeps, options: FollowOptions): AsyncGenerator<Followed> {
  const { signal } = options;
  let next = options.fromSequence;
  while (!signal.aborted) {
    try {
      for await (const message of readOneConsumer(deps, { ...options, fromSequence: next })) {
        next = message.seq + 1;
        yield followedOf(message);
      }
    } catch (error) {
      if (signal.aborted) return;
      deps.log.warn({ err: error, next }, 'following the log broke off; trying again');
      await wait(RETRY_MS, signal);
    }
  }
}

/** The messages of one consumer, until it breaks (throws) or the signal aborts. */
async function* readOneConsumer(deps: FollowDeps, options: FollowOptions): AsyncGenerator<JsMsg> {
  const { signal } = options;
  const consumer = await unlessAborted(signal, makeConsumer(deps, options), (late) => late.delete());
  let delivered = 0;
  try {
    while (consumer !== undefined && !signal.aborted) {
      const messages = await consumer.fetch({ max_messages: FETCH, expires: FETCH_MS });
      const stop = () => messages.stop();
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      try {
        for await (const message of messages) {
          delivered += 1;
          // Nothing is acknowledged here, so what is lost on its way does not come again by itself.
          if (message.info.deliverySequence !== delivered) throw new Error('a message was lost on its way');
          yield message;
        }
      } finally {
        signal.removeEventListener('abort', stop);
        messages.stop();
      }
    }
  } finally {
    // Not waited for, it may be in an outage; and what is not deleted is forgotten.
    consumer?.delete().catch((error: unknown) => deps.log.debug({ err: error }, 'a follower could not be deleted'));
  }
}

async function makeConsumer({ client, manager }: FollowDeps, options: FollowOptions): Promise<Consumer> {
  const name = `follow-${nuid.next()}`;
  await manager.consumers.add(STREAM, {
    name,
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: options.fromSequence,
    ...(options.filters?.length ? { filter_subjects: options.filters } : {}),
    inactive_threshold: nanos(FORGET_MS),
    mem_storage: true,
    num_replicas: 1,
  });
  return client.consumers.get(STREAM, name);
}

function followedOf(message: JsMsg): Followed {
  const body = text.decode(message.data);
  return {
    sequence: message.seq,
    subject: message.subject,
    body,
    parsed: parseEvent(message.subject, body),
    traceparent: message.headers?.get('traceparent') ?? '',
    pending: message.info.pending,
    storedAt: new Date(message.info.timestampNanos / 1e6),
  };
}

/** The result, or undefined when the signal aborted first; `tooLate` gets what nobody waits for any more. */
async function unlessAborted<T>(
  signal: AbortSignal,
  work: Promise<T>,
  tooLate: (result: T) => Promise<unknown>,
): Promise<T | undefined> {
  const { promise: aborted, resolve: abort } = Promise.withResolvers<undefined>();
  const onAbort = () => abort(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const result = await Promise.race([aborted, work]);
    // Its failure would be nobody's: whoever wanted it is gone.
    if (result === undefined) work.then(tooLate).catch(() => undefined);
    return result;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
