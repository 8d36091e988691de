import { z } from 'zod';
import { type EventOf, envelope } from './envelope.ts';

/** A stage gave up on a generation. `stage` is the service's name, `message` a sentence for a person. */
export const failedDataSchema = z.looseObject({
  stage: z.string(),
  code: z.string(),
  message: z.string(),
  attempts: z.int().nonnegative(),
});
export type FailedData = z.infer<typeof failedDataSchema>;
export type Failed = EventOf<'failed', FailedData>;
export const failed = envelope<'failed', FailedData>('failed');
