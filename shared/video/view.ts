import { z } from 'zod';
import { renditionSchema, sourceSchema, tierSchema, visibilitySchema, warningSchema } from '../events/index.ts';
import { UPLOAD_STATUSES, VIDEO_STATUSES } from './state.ts';

/** A rendition as clients see it: object keys stay inside. */
export const renditionViewSchema = renditionSchema.omit({ track: true, frameRate: true, peakBitrate: true });

const url = z.url();

/** The video as every API answers it; URLs absolute, seconds, bytes, bit/s, RFC 3339. */
export const videoViewSchema = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  metadata: z.record(z.string(), z.string()),
  visibility: visibilitySchema,
  status: z.enum(VIDEO_STATUSES),
  final: z.boolean(),
  generation: z.int().positive(),
  upload: z.object({
    status: z.enum(UPLOAD_STATUSES),
    filename: z.string(),
    contentType: z.string(),
    size: z.number(),
    finishedAt: z.string().nullable(),
    location: z.object({ bucket: z.string(), key: z.string() }),
  }),
  source: sourceSchema.nullable(),
  durationSeconds: z.number().nullable(),
  aspectRatio: z.string().nullable(),
  /** `tier`: what of the video is being made. `secondsLeft`: estimated, for this stage and tier; null: not known. */
  progress: z
    .object({
      stage: z.string(),
      tier: tierSchema.optional(),
      percent: z.number(),
      secondsLeft: z.number().nullable().optional(),
      generation: z.int(),
    })
    .nullable(),
  playback: z.object({ hls: url, dash: url.nullable(), mp4: url.nullable() }).nullable(),
  renditions: z.array(renditionViewSchema),
  thumbnails: z
    .object({
      poster: z.object({ jpeg: url, webp: url }),
      images: z.array(z.object({ time: z.number(), url })),
      storyboard: z.object({ vtt: url, sprites: z.array(url) }).nullable(),
      preview: url.nullable(),
    })
    .nullable(),
  warnings: z.array(warningSchema),
  error: z.object({ stage: z.string(), code: z.string(), message: z.string() }).nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
  readyAt: z.string().nullable(),
});
export type VideoView = z.infer<typeof videoViewSchema>;
