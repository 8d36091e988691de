import { z } from 'zod';
import { type EventOf, envelope } from './envelope.ts';
import { renditionSchema, tierSchema, warningSchema } from './fields.ts';

const manifestSchema = z.looseObject({ key: z.string() });

/** A tier plays: its playlists and manifest were written and read back. `bytes` of all media that they name. */
export const packagedDataSchema = z.looseObject({
  tier: tierSchema,
  final: z.boolean(),
  hls: manifestSchema,
  dash: manifestSchema.nullable(),
  mp4: manifestSchema.nullable().optional(),
  renditions: z.array(renditionSchema).min(1),
  bytes: z.number().nonnegative(),
  checks: z.looseObject({
    passed: z.int().nonnegative(),
    notApplicable: z.int().nonnegative(),
    warnings: z.array(warningSchema),
  }),
});
export type PackagedData = z.infer<typeof packagedDataSchema>;
export type Packaged = EventOf<'packaged', PackagedData>;
/** The discriminator is the tier. */
export const packaged = envelope<'packaged', PackagedData>('packaged');
