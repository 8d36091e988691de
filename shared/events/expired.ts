import { z } from 'zod';
import { type EventOf, envelope } from './envelope.ts';

/** Nothing arrived before `closesAt`. Closes the upload only: an object that still arrives gives `uploaded`. */
export const expiredDataSchema = z.looseObject({ reason: z.string() });
export type ExpiredData = z.infer<typeof expiredDataSchema>;
export type Expired = EventOf<'expired', ExpiredData>;
export const expired = envelope<'expired', ExpiredData>('expired');
