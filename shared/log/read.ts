import { type JetStreamManager, type MsgRequest, type NatsConnection, StringCodec } from 'nats';
import { type ParsedEvent, parseEvent } from '../events/index.ts';
import { type Page, readPage, type StoredMessage } from './pages.ts';

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
const text = StringCodec();

/**
 * A video's history in order, by batched direct get (2–3 ms; may be answered by a follower that lags on a cluster, which
 * costs a refused append and never a wrong event). An unknown video has an empty history.
 */
export async function readHistory(connection: NatsConnection, videoId: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let from: number | null = 1; from !== null; ) {
    const page: Page = await readPage(connection, STREAM, { subjects: `video.*.${videoId}`, from, limit: BATCH });
    entries.push(...page.messages.map(entryOf));
    from = page.next;
  }
  return entries;
}

function entryOf({ subject, sequence, data, headers }: StoredMessage): Entry {
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
