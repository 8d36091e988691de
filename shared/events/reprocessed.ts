import { z } from 'zod';
import { type EventOf, envelope } from './envelope.ts';
import { storedSourceFields } from './fields.ts';

/** A person asked for the same source to be made anew: its `generation` is the new one. */
export const reprocessedDataSchema = z.looseObject({ ...storedSourceFields, reason: z.string() });
export type ReprocessedData = z.infer<typeof reprocessedDataSchema>;
export type Reprocessed = EventOf<'reprocessed', ReprocessedData>;
export const reprocessed = envelope<'reprocessed', ReprocessedData>('reprocessed');
