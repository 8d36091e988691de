import { z } from 'zod';
import { timeSchema, videoIdSchema } from './fields.ts';

/** What a verb's event says besides its data: a CloudEvents 1.0 document. */
export interface EventOf<Verb extends string, Data> {
  specversion: '1.0';
  /** `<videoId>:<generation>:<verb>[:<discriminator>]`: the same outcome always has the same id. */
  id: string;
  /** `/rushes/<service>` */
  source: string;
  type: `video.${Verb}`;
  /** The video's id. */
  subject: string;
  /** RFC 3339, UTC. */
  time: string;
  datacontenttype: 'application/json';
  /** `urn:rushes:video.<verb>:v1` */
  dataschema: string;
  /** Starts at 1 and grows with each reprocess. */
  generation: number;
  traceparent?: string | undefined;
  /** Who asked for it, where a person or a key did. */
  actor?: string | undefined;
  /** Id of the event that led to this one. */
  causationid?: string | undefined;
  data: Data;
}

/** What a constructor needs; time and ids arrive from outside, so that building an event is pure. */
export interface EventContext {
  videoId: string;
  generation: number;
  /** Name of the service that appends the event. */
  service: string;
  now: Date;
  discriminator?: string | undefined;
  actor?: string | undefined;
  causationId?: string | undefined;
}

export const envelopeSchema = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.string().regex(/^video\.[a-z]+$/, 'must be video.<verb>'),
  subject: videoIdSchema,
  time: timeSchema,
  datacontenttype: z.literal('application/json'),
  dataschema: z.string(),
  generation: z.int().positive(),
  traceparent: z.string().optional(),
  actor: z.string().optional(),
  causationid: z.string().optional(),
});

/** The id of an event: equal outcomes of one generation have equal ids, which is how a lost acknowledgement is recognised. */
export function eventId(videoId: string, generation: number, verb: string, discriminator?: string): string {
  return [videoId, generation, verb, ...(discriminator === undefined ? [] : [discriminator])].join(':');
}

/** Makes the constructor of one verb's events. */
export function envelope<Verb extends string, Data>(
  verb: Verb,
): (context: EventContext, data: Data) => EventOf<Verb, Data> {
  return (context, data) => ({
    specversion: '1.0',
    id: eventId(context.videoId, context.generation, verb, context.discriminator),
    source: `/rushes/${context.service}`,
    type: `video.${verb}`,
    subject: context.videoId,
    time: context.now.toISOString(),
    datacontenttype: 'application/json',
    dataschema: `urn:rushes:video.${verb}:v1`,
    generation: context.generation,
    ...(context.actor === undefined ? {} : { actor: context.actor }),
    ...(context.causationId === undefined ? {} : { causationid: context.causationId }),
    data,
  });
}
