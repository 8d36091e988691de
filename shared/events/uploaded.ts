import { z } from 'zod';
import { type EventOf, envelope } from './envelope.ts';
import { storedSourceFields, timeSchema } from './fields.ts';

/** The object is whole in the uploads bucket, seen with our own HEAD. `via` says how we learnt of it. */
export const uploadedDataSchema = z.looseObject({
  ...storedSourceFields,
  uploadedAt: timeSchema,
  via: z.enum(['sqs', 'webhook', 'reconciler']),
  contentType: z.string(),
});
export type UploadedData = z.infer<typeof uploadedDataSchema>;
export type Uploaded = EventOf<'uploaded', UploadedData>;
export const uploaded = envelope<'uploaded', UploadedData>('uploaded');
