import type { Track } from '@rushes/shared/tracks';

/** A `track.json` that names the given keys, for tests of who reads what it names. */
export function sampleTrack(names: { init: string; pages: string[]; segments: string[] }): Track {
  return {
    rendition: 'h264-720',
    kind: 'video',
    codecs: 'avc1.64001f',
    timescale: 30_000,
    init: { key: names.init, bytes: 800 },
    segmentSeconds: 6.006,
    pages: names.pages,
    segments: names.segments.map((key, index) => ({
      key,
      start: index * 180_180,
      duration: 180_180,
      bytes: 100_000,
      keyframes: [],
    })),
    complete: true,
  };
}
