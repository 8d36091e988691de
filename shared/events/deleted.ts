import { z } from 'zod';
import { type EventOf, envelope } from './envelope.ts';

/** A person removed the video. Absorbs everything that follows. */
export const deletedDataSchema = z.looseObject({ reason: z.string() });
export type DeletedData = z.infer<typeof deletedDataSchema>;
export type Deleted = EventOf<'deleted', DeletedData>;
export const deleted = envelope<'deleted', DeletedData>('deleted');
