import { type MsgHdrs, type NatsConnection, RequestStrategy } from 'nats';
import { Failure } from '../errors.ts';

/** A stored message as a direct get gives it; `sequence` is the stream's (of a key-value bucket: the key's revision). */
export interface StoredMessage {
  sequence: number;
  subject: string;
  data: Uint8Array;
  headers: MsgHdrs | undefined;
}

export interface Page {
  messages: StoredMessage[];
  /** Where the next page begins; null: the end was reached. */
  next: number | null;
}

const TIMEOUT_MS = 5_000;
/** The server answers at most 1,024 subjects' last messages at once. */
const MAX_SUBJECTS = 1_000;

/**
 * One page of a stream in order, by batched direct get: needs no consumer, may be answered by a follower that lags.
 * @param page `subjects` may hold wildcards; `from` is the first sequence wanted, `limit` the most messages
 * @throws Failure `bus_unavailable` when the answer is refused or does not end
 */
export async function readPage(
  connection: NatsConnection,
  stream: string,
  page: { subjects: string; from: number; limit: number },
): Promise<Page> {
  const request = { batch: page.limit, seq: Math.max(1, page.from), next_by_subj: page.subjects };
  const { messages, pending } = await directGet(connection, stream, request);
  const last = messages.at(-1);
  return { messages, next: pending === 0 || last === undefined ? null : last.sequence + 1 };
}

/** The last message of each of these subjects that has one: a thousand subjects cost one request. */
export async function readLast(
  connection: NatsConnection,
  stream: string,
  subjects: readonly string[],
): Promise<StoredMessage[]> {
  const found: StoredMessage[] = [];
  for (let start = 0; start < subjects.length; start += MAX_SUBJECTS) {
    const request = { multi_last: subjects.slice(start, start + MAX_SUBJECTS) };
    found.push(...(await directGet(connection, stream, request)).messages);
  }
  return found;
}

async function directGet(
  connection: NatsConnection,
  stream: string,
  request: object,
): Promise<{ messages: StoredMessage[]; pending: number }> {
  // Not until the first empty message, as the client offers: the markers of a bucket's removed keys are empty too.
  const answers = await connection.requestMany(`$JS.API.DIRECT.GET.${stream}`, JSON.stringify(request), {
    strategy: RequestStrategy.Timer,
    maxWait: TIMEOUT_MS,
  });
  const messages: StoredMessage[] = [];
  for await (const { headers, data } of answers) {
    const status = headers?.code ?? 0;
    if (status === 404) return { messages, pending: 0 };
    if (status === 204) return { messages, pending: Number(headers?.get('Nats-Num-Pending') ?? 0) };
    if (status >= 300) {
      throw new Failure('bus_unavailable', { detail: `reading ${stream}: ${status} ${headers?.description}` });
    }
    const subject = headers?.get('Nats-Subject') ?? '';
    messages.push({ sequence: Number(headers?.get('Nats-Sequence') ?? 0), subject, data, headers });
  }
  // Without the closing message the page may be cut short, and a decision on half a history would be wrong.
  throw new Failure('bus_unavailable', {
    detail: `reading ${stream}: the answer did not end within ${TIMEOUT_MS} ms`,
  });
}
