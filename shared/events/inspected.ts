import { z } from 'zod';
import { type EventOf, envelope } from './envelope.ts';
import { tierSchema, warningSchema } from './fields.ts';

/**
 * The source's picture. `width`/`height` as coded, `display…` after rotation (degrees clockwise) and sample aspect.
 * `durationSeconds` of the picture alone, where the file says it.
 */
export const sourceVideoSchema = z.looseObject({
  codec: z.string(),
  profile: z.string().nullable(),
  width: z.int().positive(),
  height: z.int().positive(),
  displayWidth: z.int().positive(),
  displayHeight: z.int().positive(),
  rotation: z.number(),
  sampleAspectRatio: z.string(),
  frameRate: z.string(),
  fps: z.number().positive(),
  variableFrameRate: z.boolean(),
  interlaced: z.boolean(),
  pixelFormat: z.string(),
  bitDepth: z.int().positive(),
  hdr: z.enum(['pq', 'hlg', 'dolby-vision']).nullable(),
  gopSeconds: z.number().nullable(),
  startSeconds: z.number(),
  durationSeconds: z.number().positive().optional(),
});

/** `role`: what the stream is for, where the file says that it is more than the film's own sound. */
export const sourceAudioSchema = z.looseObject({
  codec: z.string(),
  channels: z.int().positive(),
  layout: z.string().nullable(),
  sampleRate: z.int().positive(),
  language: z.string().nullable(),
  title: z.string().nullable(),
  default: z.boolean(),
  role: z.enum(['commentary', 'description']).optional(),
  startSeconds: z.number(),
});

/** `text`: they can be made WebVTT. `forced`: they translate only what is foreign in the film. */
export const sourceSubtitleSchema = z.looseObject({
  codec: z.string(),
  language: z.string().nullable(),
  title: z.string().nullable(),
  default: z.boolean(),
  text: z.boolean(),
  forced: z.boolean().optional(),
});

/**
 * What the file is, as ffprobe and our measurements found it. Bytes, seconds, bit/s. `startSeconds`: where the file's own times
 * begin, when that is not zero; those of its streams count from there.
 */
export const sourceSchema = z.looseObject({
  container: z.string(),
  durationSeconds: z.number().positive(),
  startSeconds: z.number().optional(),
  size: z.number().nonnegative(),
  bitrate: z.number().nonnegative(),
  video: sourceVideoSchema,
  audio: z.array(sourceAudioSchema),
  subtitles: z.array(sourceSubtitleSchema),
});
export type Source = z.infer<typeof sourceSchema>;
export type SourceVideo = z.infer<typeof sourceVideoSchema>;
export type SourceAudio = z.infer<typeof sourceAudioSchema>;

/**
 * One rendition to make; `copy` passes on the source's own pictures. `crf` by codec; `maxrate` bit/s, `bufsize` bits; `level` of H.264; `low`: for the worst lines;
 * `reason` is for a person.
 */
export const plannedRenditionSchema = z.looseObject({
  id: z.string(),
  codec: z.enum(['h264', 'hevc', 'vp9', 'av1']),
  width: z.int().positive(),
  height: z.int().positive(),
  crf: z.number(),
  maxrate: z.int().positive(),
  bufsize: z.int().positive(),
  level: z.string().optional(),
  low: z.boolean().optional(),
  mode: z.enum(['encode', 'copy']),
  reason: z.string(),
});
export type PlannedRendition = z.infer<typeof plannedRenditionSchema>;

/** One audio track to make; `sourceStream` is ffmpeg's index of the stream in the file; `label` and `reason` are for a person. */
export const plannedAudioSchema = z.looseObject({
  id: z.string(),
  codec: z.literal('aac'),
  channels: z.int().positive(),
  bitrate: z.int().positive(),
  language: z.string().nullable(),
  label: z.string().optional(),
  sourceStream: z.int().nonnegative(),
  reason: z.string().optional(),
});
export type PlannedAudio = z.infer<typeof plannedAudioSchema>;

/** One file for sharing: a rendition and a sound track (null: silent) of the plan, put together without encoding. */
export const plannedMp4Schema = z.looseObject({
  rendition: z.string(),
  audio: z.string().nullable(),
  reason: z.string(),
});
export type PlannedMp4 = z.infer<typeof plannedMp4Schema>;

/** One WebVTT file to make. */
export const plannedSubtitlesSchema = z.looseObject({
  id: z.string(),
  language: z.string().nullable(),
  label: z.string().optional(),
  sourceStream: z.int(),
  forced: z.boolean().optional(),
  reason: z.string().optional(),
});

export const planSchema = z.looseObject({
  profile: z.string(),
  frameRate: z.string(),
  gopFrames: z.int().positive(),
  segmentSeconds: z.number().positive(),
  /** `source`: keyframes are the source's own, and GOPs as long as they are there. Absent: `regular`, of `gopFrames`. */
  grid: z.enum(['regular', 'source']).optional(),
  tiers: z.array(z.looseObject({ tier: tierSchema, renditions: z.array(z.string()) })).min(1),
  renditions: z.array(plannedRenditionSchema).min(1),
  audio: z.array(plannedAudioSchema),
  subtitles: z.array(plannedSubtitlesSchema),
  /** Only where the profile wants it; null: nothing of the plan is small enough, which `reasons` says. */
  mp4: plannedMp4Schema.nullable().optional(),
  reasons: z.array(z.string()),
});
export type Plan = z.infer<typeof planSchema>;

/** The transcoder looked at the source and decided what to make of it. A retry keeps this plan. */
export const inspectedDataSchema = z.looseObject({
  source: sourceSchema,
  plan: planSchema,
  warnings: z.array(warningSchema),
});
export type InspectedData = z.infer<typeof inspectedDataSchema>;
export type Inspected = EventOf<'inspected', InspectedData>;
export const inspected = envelope<'inspected', InspectedData>('inspected');
