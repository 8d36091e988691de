import { z } from 'zod';
import { type EventOf, envelope } from './envelope.ts';
import { multipartSchema, timeSchema } from './fields.ts';

/** Fields a person changed, flat; `renew` puts `closesAt` (and a new `multipart`) here. `posterTime` in seconds. */
export const updatedDataSchema = z.looseObject({
  title: z.string().optional(),
  description: z.string().optional(),
  tags: z.array(z.string()).optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  posterTime: z.number().nonnegative().optional(),
  closesAt: timeSchema.optional(),
  multipart: multipartSchema.optional(),
});
export type UpdatedData = z.infer<typeof updatedDataSchema>;
export type Updated = EventOf<'updated', UpdatedData>;
/** The discriminator is a UUIDv7: a video can be updated any number of times. */
export const updated = envelope<'updated', UpdatedData>('updated');
