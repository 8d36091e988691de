import { type ConsumerMessages, type JetStreamClient, StringCodec } from 'nats';
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

const RETRY_MS = 500;
const text = StringCodec();

/** Reads the log in order by an ordered consumer, which the client makes anew where it broke off. Ends with `signal`. */
export async function* follow(
  deps: { client: JetStreamClient; log: Logger },
  options: FollowOptions,
): AsyncGenerator<Followed> {
  const { signal } = options;
  let next = options.fromSequence;
  while (!signal.aborted) {
    let messages: ConsumerMessages | undefined;
    const stop = () => void messages?.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
      messages = await open(deps.client, { ...options, fromSequence: next });
      if (messages === undefined || signal.aborted) return;
      for await (const message of messages) {
        const body = text.decode(message.data);
        yield {
          sequence: message.seq,
          subject: message.subject,
          body,
          parsed: parseEvent(message.subject, body),
          traceparent: message.headers?.get('traceparent') ?? '',
          pending: message.info.pending,
          storedAt: new Date(message.info.timestampNanos / 1e6),
        };
        next = message.seq + 1;
      }
    } catch (error) {
      if (signal.aborted) return;
      deps.log.warn({ err: error, next }, 'following the log broke off; trying again');
      await wait(RETRY_MS, signal);
    } finally {
      signal.removeEventListener('abort', stop);
      await messages?.close();
    }
  }
}

/** Undefined when the signal aborted first: making a consumer waits through an outage, which a stop must not do. */
async function open(client: JetStreamClient, options: FollowOptions): Promise<ConsumerMessages | undefined> {
  const { signal, filters, fromSequence } = options;
  const opening = (async () => {
    const consumer = await client.consumers.get(STREAM, {
      ...(filters?.length ? { filterSubjects: filters } : {}),
      opt_start_seq: fromSequence,
    });
    return consumer.consume({ max_messages: 1_000 });
  })();
  const { promise: aborted, resolve: abort } = Promise.withResolvers<undefined>();
  const onAbort = () => abort(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const messages = signal.aborted ? undefined : await Promise.race([opening, aborted]);
    if (messages !== undefined && !signal.aborted) return messages;
    // Nobody waits for it any more; if it comes to be after all, it must not go on pulling.
    opening.then(
      (late) => late.close(),
      () => undefined,
    );
    return undefined;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
