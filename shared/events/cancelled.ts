import { z } from 'zod';
import { type EventOf, envelope } from './envelope.ts';

/** A person called the upload off before it was finished. */
export const cancelledDataSchema = z.looseObject({ reason: z.string() });
export type CancelledData = z.infer<typeof cancelledDataSchema>;
export type Cancelled = EventOf<'cancelled', CancelledData>;
export const cancelled = envelope<'cancelled', CancelledData>('cancelled');
