import { z } from 'zod';

/**
 * `track.json`: the facts of one rendition, written by the transcoder beside its segments and read by the thumbnailer and
 * the packager, so that no playlist ever needs the media itself. Times and durations in units of `timescale`, sizes in bytes.
 */

/** A closed GOP's first picture: a range of the segment from its `moof` to the end of the IDR frame. */
const keyframeSchema = z.looseObject({
  offset: z.int().nonnegative(),
  bytes: z.int().positive(),
  time: z.int().nonnegative(),
});
export type Keyframe = z.infer<typeof keyframeSchema>;

const segmentSchema = z.looseObject({
  key: z.string(),
  start: z.int().nonnegative(),
  duration: z.int().positive(),
  bytes: z.int().positive(),
  keyframes: z.array(keyframeSchema),
});
export type Segment = z.infer<typeof segmentSchema>;

/** A hundred finished segments; a page never changes, so that a long video does not rewrite megabytes a segment. */
export const trackPageSchema = z.looseObject({ segments: z.array(segmentSchema) });
export type TrackPage = z.infer<typeof trackPageSchema>;

export const trackSchema = z.looseObject({
  rendition: z.string(),
  kind: z.enum(['video', 'audio']),
  codecs: z.string(),
  /** Pixels; absent for audio. */
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  frameRate: z.string().optional(),
  /** Whether the pictures are the source's own. */
  mode: z.enum(['encode', 'copy']).optional(),
  /** Absent for video. */
  channels: z.int().positive().optional(),
  sampleRate: z.int().positive().optional(),
  language: z.string().nullable().optional(),
  timescale: z.int().positive(),
  init: z.looseObject({ key: z.string(), bytes: z.int().positive() }),
  segmentSeconds: z.number().positive(),
  /** Keys of the full pages, in order. */
  pages: z.array(z.string()),
  /** Segments of the page that is still open. */
  segments: z.array(segmentSchema),
  complete: z.boolean(),
  /** Seconds of encoding, of all attempts together, that went into these segments. */
  encodeSeconds: z.number().nonnegative().optional(),
});
export type Track = z.infer<typeof trackSchema>;

/** All segments of a track in order, given its pages as read. */
export function allSegments(track: Track, pages: readonly TrackPage[]): Segment[] {
  return [...pages.flatMap((page) => page.segments), ...track.segments];
}
