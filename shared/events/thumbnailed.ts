import { z } from 'zod';
import { type EventOf, envelope } from './envelope.ts';
import {
  audioTrackSchema,
  mp4FileSchema,
  renditionSchema,
  subtitleTrackSchema,
  tierSchema,
  visibilitySchema,
} from './fields.ts';

export const posterSchema = z.looseObject({
  time: z.number().nonnegative(),
  width: z.int().positive(),
  height: z.int().positive(),
  jpeg: z.string(),
  webp: z.string(),
});
export type Poster = z.infer<typeof posterSchema>;

export const imageSchema = z.looseObject({
  time: z.number().nonnegative(),
  width: z.int().positive(),
  height: z.int().positive(),
  key: z.string(),
});

/** Tiles of `tileWidth` × `tileHeight` pixels, `interval` seconds apart, in `columns` × `rows` a sprite. */
export const storyboardSchema = z.looseObject({
  vtt: z.string(),
  tileWidth: z.int().positive(),
  tileHeight: z.int().positive(),
  columns: z.int().positive(),
  rows: z.int().positive(),
  interval: z.number().positive(),
  sprites: z.array(z.string()).min(1),
});

export const previewSchema = z.looseObject({
  key: z.string(),
  contentType: z.string(),
  durationSeconds: z.number().positive(),
  size: z.number().nonnegative(),
});

/**
 * Pictures of a tier; what the packager needs is carried on from `transcoded`.
 * A poster chosen by a person has no tier and discriminator `poster-<id of the update>`.
 */
export const thumbnailedDataSchema = z.looseObject({
  tier: tierSchema.optional(),
  final: z.boolean().optional(),
  poster: posterSchema,
  images: z.array(imageSchema).optional(),
  storyboard: storyboardSchema.nullable().optional(),
  preview: previewSchema.nullable().optional(),
  durationSeconds: z.number().positive().optional(),
  visibility: visibilitySchema.optional(),
  renditions: z.array(renditionSchema).optional(),
  audio: z.array(audioTrackSchema).optional(),
  subtitles: z.array(subtitleTrackSchema).optional(),
  mp4: mp4FileSchema.nullable().optional(),
});
export type ThumbnailedData = z.infer<typeof thumbnailedDataSchema>;
export type Thumbnailed = EventOf<'thumbnailed', ThumbnailedData>;
export const thumbnailed = envelope<'thumbnailed', ThumbnailedData>('thumbnailed');
