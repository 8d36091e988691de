import fc from 'fast-check';
import hls from 'hls-parser';
import { describe, expect, it } from 'vitest';
import { arbitraryPackage } from './arbitrary-facts.ts';
import { trackTicks } from './facts.ts';
import { iframePlaylist, iframes, mediaPlaylist, subtitlePlaylist, targetSeconds } from './playlist.ts';
import { FOLDER, sampleAudio, samplePackage, sampleVideo } from './sample-facts.ts';
import { microseconds } from './time.ts';

/** Sum of the EXTINF values in whole microseconds, read from the text itself. */
function extinfMicros(playlist: string): number {
  return [...playlist.matchAll(/^#EXTINF:(\d+)\.(\d{6}),$/gm)].reduce(
    (sum, [, seconds, micros]) => sum + Number(seconds) * 1_000_000 + Number(micros),
    0,
  );
}

describe('mediaPlaylist', () => {
  it('is written as Apple wants a finished playlist of fragmented MP4', () => {
    expect(mediaPlaylist(FOLDER, sampleVideo(), { targetSeconds: 6 })).toBe(`#EXTM3U
#EXT-X-VERSION:6
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="../segments/h264-720/a1/init.mp4"
#EXTINF:6.006000,
../segments/h264-720/a1/00001.m4s
#EXTINF:6.006000,
../segments/h264-720/a1/00002.m4s
#EXTINF:2.002000,
../segments/h264-720/a1/00003.m4s
#EXT-X-ENDLIST
`);
  });

  it('has no end while it grows', () => {
    const growing = mediaPlaylist(FOLDER, sampleVideo(), { targetSeconds: 6, type: 'EVENT' });
    expect(growing).toContain('#EXT-X-PLAYLIST-TYPE:EVENT\n');
    expect(growing).toContain('#EXT-X-START:TIME-OFFSET=0\n');
    expect(growing).not.toContain('ENDLIST');
  });

  it('adds up to the exact length of any track', () => {
    fc.assert(
      fc.property(arbitraryPackage, ({ videos, audios }) => {
        for (const track of [...videos, ...audios]) {
          const text = mediaPlaylist(FOLDER, track, { targetSeconds: 6 });
          expect(extinfMicros(text)).toBe(microseconds(trackTicks(track), track.track.timescale));
        }
      }),
    );
  });

  it('never has a segment that rounds to more than the target duration', () => {
    fc.assert(
      fc.property(arbitraryPackage, ({ videos, audios }) => {
        const tracks = [...videos, ...audios];
        const target = targetSeconds(tracks);
        for (const track of tracks) {
          const list = hls.parse(mediaPlaylist(FOLDER, track, { targetSeconds: target }));
          if (list.isMasterPlaylist) throw new Error('a media playlist was parsed as a master');
          for (const { duration } of list.segments) expect(Math.round(duration)).toBeLessThanOrEqual(target);
        }
      }),
    );
  });
});

describe('targetSeconds', () => {
  it('is 6 for segments of 6.006 s, whatever the sound is cut at', () => {
    expect(targetSeconds([sampleVideo(), sampleAudio()])).toBe(6);
  });

  it('is at least 1, and the longest of all tracks', () => {
    expect(targetSeconds([sampleVideo({ frames: [3] })])).toBe(1);
    expect(targetSeconds([sampleVideo({ frames: [60] }), sampleAudio({ durations: [480_000] })])).toBe(10);
  });
});

describe('iframePlaylist', () => {
  it('names the range of each keyframe, moof included, until the next', () => {
    const video = sampleVideo({ frames: [90] });
    const [first, second] = video.segments[0]?.keyframes ?? [];
    expect(iframePlaylist(FOLDER, video)).toBe(`#EXTM3U
#EXT-X-VERSION:6
#EXT-X-TARGETDURATION:2
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-I-FRAMES-ONLY
#EXT-X-MAP:URI="../segments/h264-720/a1/init.mp4"
#EXTINF:2.002000,
#EXT-X-BYTERANGE:${first?.bytes}@0
../segments/h264-720/a1/00001.m4s
#EXTINF:1.001000,
#EXT-X-BYTERANGE:${second?.bytes}@${second?.offset}
../segments/h264-720/a1/00001.m4s
#EXT-X-ENDLIST
`);
  });

  it('lasts as long as the track, whatever the keyframes', () => {
    fc.assert(
      fc.property(arbitraryPackage, ({ videos }) => {
        for (const video of videos) {
          const ticks = iframes(video).reduce((sum, frame) => sum + frame.ticks, 0);
          expect(ticks).toBe(trackTicks(video));
          expect(extinfMicros(iframePlaylist(FOLDER, video))).toBe(microseconds(ticks, video.track.timescale));
        }
      }),
    );
  });
});

describe('subtitlePlaylist', () => {
  it('spans the content in one segment with a target duration of its own', () => {
    const subtitle = {
      id: 'sub-en',
      language: 'en',
      label: 'English',
      key: `${FOLDER}/segments/sub-en/a1/en.vtt`,
      size: 9,
    };
    const text = subtitlePlaylist(samplePackage(), subtitle, 14_014_000);
    expect(text).toContain('#EXT-X-TARGETDURATION:14\n');
    expect(text).toContain('#EXTINF:14.014000,\n../segments/sub-en/a1/en.vtt\n#EXT-X-ENDLIST\n');
  });
});
