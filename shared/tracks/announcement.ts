import { z } from 'zod';

/**
 * How much of a video is stored while it is still being encoded: a hand-off from the transcoder to the packager on the stream
 * `SEGMENTS`, not history. Cumulative, so that the last one of a video says it all; at most one a second for each video,
 * and only after `transcoded` of `first`.
 */
export const segmentAnnouncementSchema = z.looseObject({
  generation: z.int().positive(),
  /** Of the transcoder's job, as in the folders that it writes. */
  attempt: z.int().positive(),
  tracks: z
    .array(
      z.looseObject({
        /** Id of a picture or of a sound track. */
        rendition: z.string(),
        /** Key of its `track.json`. */
        track: z.string(),
        /** Segments that are stored and stand in those facts. */
        segments: z.int().nonnegative(),
      }),
    )
    .min(1),
});
export type SegmentAnnouncement = z.infer<typeof segmentAnnouncementSchema>;

/** Where a video's announcements are published. */
export function segmentSubject(videoId: string): string {
  return `segment.${videoId}`;
}

/** The video of an announcement; null for a subject that `segmentSubject` does not make. */
export function videoOfSegmentSubject(subject: string): string | null {
  const [, videoId = null] = /^segment\.([^.]+)$/.exec(subject) ?? [];
  return videoId;
}
