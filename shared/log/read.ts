import {
  type JetStreamManager,
  type MsgHdrs,
  type MsgRequest,
  type NatsConnection,
  RequestStrategy,
  StringCodec,
} from 'nats';
import { Failure } from '../errors.ts';
import { type ParsedEvent, parseEvent } from '../events/index.ts';

export const STREAM = 'VIDEO';

/** One stored message of a history; `sequence` is the stream's. */
export interface Entry {
  sequence: number;
  subject: string;
  /** The stored text, as it is. */
  body: string;
  parsed: ParsedEvent;
  /** W3C trace context of whoever appended it; empty if there was none. */
  traceparent: string;
}

/** Messages a request may answer; a longer history takes further requests. */
const BATCH = 256;
const TIMEOUT_MS = 5_000;
const text = StringCodec();

/**
 * A video's history in order, by batched direct get (2–3 ms; may be answered by a follower that lags on a cluster, which
 * costs a refused append and never a wrong event). An unknown video has an empty history.
 */
export async function readHistory(connection: NatsConnection, videoId: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let next = 1; ; ) {
    const page = await readPage(connection, videoId, next);
    entries.push(...page.entries);
    const last = page.entries.at(-1);
    if (page.pending === 0 || last === undefined) return entries;
    next = last.sequence + 1;
  }
}

async function readPage(
  connection: NatsConnection,
  videoId: string,
  from: number,
): Promise<{ entries: Entry[]; pending: number }> {
  const request = JSON.stringify({ batch: BATCH, seq: from, next_by_subj: `video.*.${videoId}` });
  const answers = await connection.requestMany(`$JS.API.DIRECT.GET.${STREAM}`, request, {
    strategy: RequestStrategy.SentinelMsg,
    maxWait: TIMEOUT_MS,
  });
  const entries: Entry[] = [];
  for await (const message of answers) {
    const status = message.headers?.code ?? 0;
    if (status === 404) return { entries, pending: 0 };
    if (status === 204) return { entries, pending: Number(message.headers?.get('Nats-Num-Pending') ?? 0) };
    if (status >= 300) {
      throw new Failure('bus_unavailable', { detail: `reading ${videoId}: ${status} ${message.headers?.description}` });
    }
    entries.push(entryOf(message.headers, message.data));
  }
  // Without the closing message the history may be cut short, and a decision on half a history would be wrong.
  throw new Failure('bus_unavailable', {
    detail: `reading ${videoId}: the answer did not end within ${TIMEOUT_MS} ms`,
  });
}

function entryOf(headers: MsgHdrs | undefined, data: Uint8Array): Entry {
  const subject = headers?.get('Nats-Subject') ?? '';
  const sequence = Number(headers?.get('Nats-Sequence') ?? 0);
  const body = text.decode(data);
  return {
    sequence,
    subject,
    body,
    parsed: parseEvent(subject, body),
    traceparent: headers?.get('traceparent') ?? '',
  };
}

/** The same history from the stream's leader, message by message: slower, never stale. */
export async function readHistoryFromLeader(manager: JetStreamManager, videoId: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let next = 1; ; ) {
    const message = await nextMessage(manager, videoId, next);
    if (message === null) return entries;
    const body = text.decode(message.data);
    entries.push({
      sequence: message.seq,
      subject: message.subject,
      body,
      parsed: parseEvent(message.subject, body),
      traceparent: message.header?.get('traceparent') ?? '',
    });
    next = message.seq + 1;
  }
}

async function nextMessage(manager: JetStreamManager, videoId: string, from: number) {
  try {
    return await manager.streams.getMessage(STREAM, {
      seq: from,
      next_by_subj: `video.*.${videoId}`,
    } as MsgRequest);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === '404') return null;
    throw error;
  }
}
