import { z } from 'zod';

/**
 * Fields that several events share. Every object is loose: an older reader must carry on what a newer writer added
 * (stored events never change, schemas grow by optional fields).
 */

/** A UUIDv7, the only kind of video id there is: its first 48 bits are the time of the request in milliseconds. */
export const videoIdSchema = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/, 'must be a UUIDv7 in lower case');

export const timeSchema = z.iso.datetime({ offset: true });

/** `first` plays while the rest is encoded, `standard` is the whole H.264 ladder, `extended` the further codecs. */
export const TIERS = ['first', 'standard', 'extended'] as const;
export const tierSchema = z.enum(TIERS);
export type Tier = z.infer<typeof tierSchema>;

export const visibilitySchema = z.enum(['public', 'signed']);
export type Visibility = z.infer<typeof visibilitySchema>;

export const warningSchema = z.looseObject({ code: z.string(), message: z.string() });
export type Warning = z.infer<typeof warningSchema>;

export const multipartSchema = z.looseObject({
  uploadId: z.string(),
  partSize: z.int().positive(),
  partCount: z.int().positive(),
});

/** A rendition as its facts say it is: `track` is the key of its `track.json`. Rates in bit/s, sizes in bytes. */
export const renditionSchema = z.looseObject({
  id: z.string(),
  codec: z.enum(['h264', 'hevc', 'vp9', 'av1']),
  codecs: z.string(),
  width: z.int().positive(),
  height: z.int().positive(),
  fps: z.number().positive(),
  frameRate: z.string(),
  bitrate: z.number().nonnegative(),
  peakBitrate: z.number().nonnegative(),
  size: z.number().nonnegative(),
  track: z.string(),
  vmaf: z.number().nullable().optional(),
});
export type Rendition = z.infer<typeof renditionSchema>;

export const audioTrackSchema = z.looseObject({
  id: z.string(),
  codec: z.string(),
  codecs: z.string(),
  channels: z.int().positive(),
  bitrate: z.number().nonnegative(),
  language: z.string().nullable(),
  label: z.string(),
  default: z.boolean(),
  size: z.number().nonnegative(),
  track: z.string(),
});
export type AudioTrack = z.infer<typeof audioTrackSchema>;

/** A whole WebVTT file. `forced`: it translates only what is foreign in the film. */
export const subtitleTrackSchema = z.looseObject({
  id: z.string(),
  language: z.string().nullable(),
  label: z.string(),
  key: z.string(),
  size: z.number().nonnegative(),
  forced: z.boolean().optional(),
});
export type SubtitleTrack = z.infer<typeof subtitleTrackSchema>;

/** One progressive MP4 of the video, for sharing. Bytes. */
export const mp4FileSchema = z.looseObject({ key: z.string(), size: z.number().nonnegative() });
export type Mp4File = z.infer<typeof mp4FileSchema>;

/** What every consumer of a stored source needs to know: which object, which version of it. `etag` without quotes. */
export const storedSourceFields = {
  bucket: z.string(),
  key: z.string(),
  size: z.number().int().nonnegative(),
  etag: z.string(),
  profile: z.string(),
  visibility: visibilitySchema,
};
