import { z } from 'zod';
import { type EventOf, envelope } from './envelope.ts';
import { multipartSchema, timeSchema, visibilitySchema } from './fields.ts';

/** A person asked to upload a video: the first event of every history. */
export const requestedDataSchema = z.looseObject({
  title: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  metadata: z.record(z.string(), z.string()),
  filename: z.string(),
  contentType: z.string(),
  size: z.number().int().positive(),
  profile: z.string(),
  visibility: visibilitySchema,
  bucket: z.string(),
  key: z.string(),
  strategy: z.enum(['single', 'multipart']),
  multipart: multipartSchema.optional(),
  closesAt: timeSchema,
});
export type RequestedData = z.infer<typeof requestedDataSchema>;
export type Requested = EventOf<'requested', RequestedData>;
export const requested = envelope<'requested', RequestedData>('requested');
