import type { Rendition } from '@rushes/shared/events';
import type { Segment } from '@rushes/shared/tracks';
import type { PictureFacts } from './frames.ts';

/**
 * Facts for tests: 29.97 frames a second in GOPs of 60 frames, three a segment.
 * @param frames of the whole track
 */
export function sampleFacts(frames: number): PictureFacts {
  const segments: Segment[] = [];
  for (let first = 0; first < frames; first += 180) {
    const count = Math.min(180, frames - first);
    const keyframes = Array.from({ length: Math.ceil(count / 60) }, (_, gop) => ({
      offset: gop * 1_000,
      bytes: 100,
      time: (first + gop * 60) * 1001,
    }));
    const key = `videos/x/g1/segments/h264-360/a1/${String(segments.length + 1).padStart(5, '0')}.m4s`;
    segments.push({ key, start: first * 1001, duration: count * 1001, bytes: 3_000, keyframes });
  }
  return {
    segments,
    track: {
      rendition: 'h264-360',
      kind: 'video',
      codecs: 'avc1.64001e',
      width: 640,
      height: 360,
      frameRate: '30000/1001',
      timescale: 30_000,
      init: { key: 'videos/x/g1/segments/h264-360/a1/init.mp4', bytes: 800 },
      segmentSeconds: 6.006,
      pages: [],
      segments,
      complete: true,
    },
  };
}

export function sampleRendition(
  id: string,
  width: number,
  height: number,
  codec: Rendition['codec'] = 'h264',
): Rendition {
  return {
    id,
    codec,
    codecs: 'avc1.64001e',
    width,
    height,
    fps: 29.97,
    frameRate: '30000/1001',
    bitrate: 1_000_000,
    peakBitrate: 1_000_000,
    size: 1_000_000,
    track: `videos/x/g1/segments/${id}/a1/track.json`,
  };
}
