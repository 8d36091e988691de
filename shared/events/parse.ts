import { z } from 'zod';
import { parseJson } from '../json.ts';
import { cancelledDataSchema } from './cancelled.ts';
import { deletedDataSchema } from './deleted.ts';
import { type EventOf, envelopeSchema } from './envelope.ts';
import { expiredDataSchema } from './expired.ts';
import { failedDataSchema } from './failed.ts';
import { inspectedDataSchema } from './inspected.ts';
import { packagedDataSchema } from './packaged.ts';
import { reprocessedDataSchema } from './reprocessed.ts';
import { requestedDataSchema } from './requested.ts';
import { thumbnailedDataSchema } from './thumbnailed.ts';
import { transcodedDataSchema } from './transcoded.ts';
import { updatedDataSchema } from './updated.ts';
import { uploadedDataSchema } from './uploaded.ts';

/** The data schema of every verb: the one list from which types, parsing and documents come. */
export const dataSchemas = {
  requested: requestedDataSchema,
  updated: updatedDataSchema,
  uploaded: uploadedDataSchema,
  inspected: inspectedDataSchema,
  transcoded: transcodedDataSchema,
  thumbnailed: thumbnailedDataSchema,
  packaged: packagedDataSchema,
  failed: failedDataSchema,
  expired: expiredDataSchema,
  cancelled: cancelledDataSchema,
  reprocessed: reprocessedDataSchema,
  deleted: deletedDataSchema,
} as const;

export type Verb = keyof typeof dataSchemas;
export const VERBS = Object.keys(dataSchemas) as Verb[];
export type DataOf<V extends Verb> = z.infer<(typeof dataSchemas)[V]>;
export type VideoEvent = { [V in Verb]: EventOf<V, DataOf<V>> }[Verb];
export type EventOfVerb<V extends Verb> = Extract<VideoEvent, { type: `video.${V}` }>;

export type ParsedEvent =
  | { kind: 'event'; event: VideoEvent }
  /** Written by a newer version: kept in the history, changes no state. */
  | { kind: 'unknown'; verb: string }
  /** A verb we know in a form we do not: to be quarantined, with what is wrong with it. */
  | { kind: 'invalid'; verb: string; problems: string[] };

export function verbOf(event: VideoEvent): Verb {
  return event.type.slice('video.'.length) as Verb;
}

/** The subject an event is stored under. */
export function subjectOf(event: VideoEvent): string {
  return `${event.type}.${event.subject}`;
}

function problemsOf(error: z.ZodError): string[] {
  return error.issues.map((issue) => `/${issue.path.join('/')}: ${issue.message}`);
}

/**
 * Reads one stored event. Nothing of it is dropped: unknown fields stay.
 * @param subject `video.<verb>.<videoId>`, as stored
 * @param body the JSON text of the event, or what it parsed to
 */
export function parseEvent(subject: string, body: unknown): ParsedEvent {
  const [, verb = '', videoId] = subject.split('.');
  const schema = eventSchemas.get(verb);
  if (schema === undefined) return { kind: 'unknown', verb };
  const document = typeof body === 'string' ? parseJson(body) : body;
  if (document === undefined) return { kind: 'invalid', verb, problems: ['/: is not JSON'] };
  const result = schema.safeParse(document);
  if (!result.success) return { kind: 'invalid', verb, problems: problemsOf(result.error) };
  if (result.data.subject !== videoId) {
    return { kind: 'invalid', verb, problems: [`/subject: must be ${videoId}, as in the subject it is stored under`] };
  }
  return { kind: 'event', event: result.data as unknown as VideoEvent };
}

/** Built once a verb: building a schema costs ten times as much as parsing with it. */
const eventSchemas: ReadonlyMap<string, z.ZodType<{ subject: string }>> = new Map(
  VERBS.map((verb) => [verb, envelopeSchema.extend({ type: z.literal(`video.${verb}`), data: dataSchemas[verb] })]),
);
