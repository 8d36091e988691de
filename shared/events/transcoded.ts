import { z } from 'zod';
import { type EventOf, envelope } from './envelope.ts';
import {
  audioTrackSchema,
  mp4FileSchema,
  renditionSchema,
  subtitleTrackSchema,
  tierSchema,
  visibilitySchema,
  warningSchema,
} from './fields.ts';

/**
 * A tier is encoded: its segments and facts stand at their final keys. Lists hold all tiers of the generation so far.
 * `warnings`: what only the encode could find out, such as damage.
 */
export const transcodedDataSchema = z.looseObject({
  tier: tierSchema,
  final: z.boolean(),
  durationSeconds: z.number().positive(),
  visibility: visibilitySchema,
  encodeSeconds: z.number().nonnegative(),
  renditions: z.array(renditionSchema).min(1),
  audio: z.array(audioTrackSchema),
  subtitles: z.array(subtitleTrackSchema),
  /** Where the plan has one; null when it could not be made, which `warnings` explains. */
  mp4: mp4FileSchema.nullable().optional(),
  /** What the making left out of the plan, for a person. */
  warnings: z.array(warningSchema).optional(),
});
export type TranscodedData = z.infer<typeof transcodedDataSchema>;
export type Transcoded = EventOf<'transcoded', TranscodedData>;
/** The discriminator is the tier. */
export const transcoded = envelope<'transcoded', TranscodedData>('transcoded');
