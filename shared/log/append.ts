import { isDeepStrictEqual } from 'node:util';
import { headers, type JetStreamClient, StringCodec } from 'nats';
import { isWrongLastSequence } from '../bus/index.ts';
import { Failure } from '../errors.ts';
import { subjectOf, type VideoEvent } from '../events/index.ts';
import { meter } from '../service/telemetry.ts';
import type { Entry } from './read.ts';

/** An event is at most this large (contract); what could grow is cut before it gets here. */
const MAX_EVENT_BYTES = 256 * 1024;
const TIMEOUT_MS = 5_000;
const text = StringCodec();

export type AppendOutcome =
  | { kind: 'appended'; sequence: number }
  /** Something happened to this video since it was read. */
  | { kind: 'refused' }
  /** No answer: it may be stored or not. Only reading can tell. */
  | { kind: 'unknown'; error: unknown };

/**
 * Appends an event only if the video's last message still is `lastSequence`, which is the whole of our concurrency control.
 * No message id: JetStream's de-duplication would answer "duplicate" for content that it did not store.
 */
export async function tryAppend(
  client: JetStreamClient,
  event: VideoEvent,
  lastSequence: number,
  traceparent: string,
): Promise<AppendOutcome> {
  const body = text.encode(JSON.stringify(event));
  if (body.length > MAX_EVENT_BYTES) {
    throw new Failure('internal', { detail: `${event.id} has ${body.length} bytes, the limit is ${MAX_EVENT_BYTES}` });
  }
  const head = headers();
  head.set('Content-Type', 'application/cloudevents+json');
  head.set('traceparent', traceparent);
  head.set('Nats-Expected-Last-Subject-Sequence', String(lastSequence));
  head.set('Nats-Expected-Last-Subject-Sequence-Subject', `video.*.${event.subject}`);
  try {
    const ack = await client.publish(subjectOf(event), body, { headers: head, timeout: TIMEOUT_MS });
    meter()
      .createCounter('rushes.events.appended', { description: 'Events appended to the log' })
      .add(1, { type: event.type });
    return { kind: 'appended', sequence: ack.seq };
  } catch (error) {
    return isWrongLastSequence(error) ? { kind: 'refused' } : { kind: 'unknown', error };
  }
}

/** Our own event in a history read after a lost acknowledgement: same id and same data. Other data means we lost. */
export function findOwn(entries: readonly Entry[], event: VideoEvent): Entry | undefined {
  // As stored: without the fields that JSON drops.
  const own: unknown = JSON.parse(JSON.stringify(event.data));
  return entries.find(
    ({ parsed }) =>
      parsed.kind === 'event' && parsed.event.id === event.id && isDeepStrictEqual(parsed.event.data, own),
  );
}
