import { describe, expect, it } from 'vitest';
import { segmentAnnouncementSchema, segmentSubject, videoOfSegmentSubject } from './announcement.ts';

const id = '0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e';

describe('the announcement of segments', () => {
  it('is published for its video alone', () => {
    expect(segmentSubject(id)).toBe(`segment.${id}`);
    expect(videoOfSegmentSubject(segmentSubject(id))).toBe(id);
    expect(videoOfSegmentSubject(`video.packaged.${id}`)).toBeNull();
  });

  it('names at least one track, and keeps what a newer version adds', () => {
    const tracks = [
      { rendition: 'h264-720', track: 'videos/x/g1/segments/h264-720/a1/track.json', segments: 3, more: 1 },
    ];
    expect(segmentAnnouncementSchema.parse({ generation: 1, attempt: 2, tracks })).toEqual({
      generation: 1,
      attempt: 2,
      tracks,
    });
    expect(segmentAnnouncementSchema.safeParse({ generation: 1, attempt: 2, tracks: [] }).success).toBe(false);
    expect(segmentAnnouncementSchema.safeParse({ generation: 0, attempt: 2, tracks }).success).toBe(false);
  });
});
