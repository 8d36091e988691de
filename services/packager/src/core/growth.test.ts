import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryPackage } from './arbitrary-facts.ts';
import type { TrackFacts, VideoFacts } from './facts.ts';
import { endedPlaylist, grow, listedSoFar, type TrackEnd } from './growth.ts';
import { iframePlaylist, iframePlaylistKey, iframeTargetSeconds, mediaPlaylist, playlistKey } from './playlist.ts';
import { beginning, FOLDER, sampleAudio, sampleVideo } from './sample-facts.ts';

const SEGMENTS = `${FOLDER}/segments/`;
const options = { targetSeconds: 6, type: 'EVENT' } as const;
const long = sampleVideo({ frames: [180, 180, 180, 180, 60] });

const playlistOf = (facts: TrackFacts) => mediaPlaylist(FOLDER, facts, options);
const growMedia = (there: string, facts: TrackEnd) =>
  grow(playlistKey(FOLDER, facts.id), there, facts, 'segments', SEGMENTS);
/** The same track made by another attempt from a segment on. */
const madeAnew = (facts: VideoFacts, from: number): VideoFacts => ({
  ...facts,
  segments: facts.segments.map((segment, index) =>
    index < from ? segment : { ...segment, key: segment.key.replace('/a1/', '/a2/') },
  ),
});

describe('grow', () => {
  it('makes of any beginning the very playlist of the whole so far, by adding to it', () => {
    const cuts = fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30));
    fc.assert(
      fc.property(arbitraryPackage, cuts, ({ videos, audios }, numbers) => {
        for (const whole of [...videos, ...audios]) {
          const most = whole.segments.length;
          const [had = 0, has = 0] = numbers.map((number) => number % (most + 1)).toSorted((a, b) => a - b);
          // Of the facts only the end is read, from anywhere before the playlist's end on.
          const end = { ...beginning(whole, has), segments: whole.segments.slice(Math.min(had, numbers[2]), has) };
          const target = { targetSeconds: 1_000_000, type: 'EVENT' } as const;
          const there = mediaPlaylist(FOLDER, beginning(whole, had), target);
          const growth = growMedia(there, end);
          const wanted = mediaPlaylist(FOLDER, beginning(whole, has), target);
          if (had === has) expect(growth).toEqual({ kind: 'current' });
          else expect(growth).toEqual({ kind: 'grown', text: wanted, added: whole.segments.slice(had, has) });
          expect(wanted.startsWith(there)).toBe(true);
        }
      }),
    );
  });

  it('does the same with the I-frames of any picture whose GOPs are alike', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 1, max: 9 }), (had, more) => {
        const whole = sampleVideo({ frames: Array.from({ length: had + more }, () => 180) });
        const key = iframePlaylistKey(FOLDER, whole.id);
        const there = iframePlaylist(FOLDER, beginning(whole, had), { type: 'EVENT' });
        const growth = grow(key, there, whole, 'iframes', SEGMENTS);
        expect(growth).toMatchObject({ kind: 'grown', text: iframePlaylist(FOLDER, whole, { type: 'EVENT' }) });
        expect(iframeTargetSeconds(whole)).toBe(listedSoFar(there).targetSeconds);
      }),
    );
  });

  it('grows in two steps to what it grows to in one, and a step done twice is done once', () => {
    const begun = playlistOf(beginning(long, 2));
    const step = growMedia(begun, beginning(long, 3));
    const text = step.kind === 'grown' ? step.text : '';
    expect(growMedia(text, beginning(long, 3))).toEqual({ kind: 'current' });
    expect(growMedia(text, long)).toMatchObject({ kind: 'grown', text: playlistOf(long) });
  });

  it('leaves alone what has ended, is whole, or is ahead of the facts', () => {
    const begun = playlistOf(beginning(long, 2));
    expect(growMedia(endedPlaylist(begun) ?? '', long)).toEqual({ kind: 'current' });
    expect(growMedia(mediaPlaylist(FOLDER, beginning(long, 2), { targetSeconds: 6 }), long)).toEqual({
      kind: 'current',
    });
    expect(growMedia(playlistOf(long), beginning(long, 2))).toEqual({ kind: 'current' });
    expect(growMedia(begun, { ...long, segments: [] })).toEqual({ kind: 'current' });
  });

  it('goes on where another attempt has made the last segments once more, and keeps those that are listed', () => {
    const begun = playlistOf(beginning(long, 3));
    const growth = growMedia(begun, madeAnew(long, 2));
    expect(growth).toMatchObject({ kind: 'grown' });
    const keys = (growth.kind === 'grown' ? growth.text : '').match(/a\d\/0000\d/g);
    expect(keys).toEqual(['a1/00001', 'a1/00002', 'a1/00003', 'a2/00004', 'a2/00005']);
  });

  it.each<[string, TrackEnd]>([
    [
      'its init is not',
      { ...madeAnew(long, 0), track: { ...long.track, init: { key: `${SEGMENTS}h264-720/a2/init.mp4`, bytes: 812 } } },
    ],
    ['no segment of the facts starts at its end', sampleVideo({ frames: [180, 120, 180] })],
    ['no segment of the facts starts at its end', { ...long, segments: long.segments.slice(3) }],
    ['does not start where', { ...long, segments: long.segments.toSpliced(3, 1) }],
    ['is outside', { ...long, segments: long.segments.map((one) => ({ ...one, key: `videos/other/${one.key}` })) }],
    ['does not start with a keyframe', { ...long, segments: long.segments.map((one) => ({ ...one, keyframes: [] })) }],
    ['is above its target', sampleVideo({ frames: [180, 180, 240] })],
  ])('does not go on with facts that do not fit: %s', (why, facts) => {
    expect(growMedia(playlistOf(beginning(long, 2)), facts)).toMatchObject({
      kind: 'misfit',
      why: expect.stringContaining(why),
    });
  });

  it('needs no keyframes of sound', () => {
    const sound = sampleAudio();
    expect(growMedia(playlistOf(beginning(sound, 2)), sound)).toMatchObject({ kind: 'grown', text: playlistOf(sound) });
  });
});

describe('endedPlaylist', () => {
  it('adds the end and nothing else, once', () => {
    const begun = playlistOf(beginning(long, 2));
    expect(endedPlaylist(begun)).toBe(`${begun}#EXT-X-ENDLIST\n`);
    expect(endedPlaylist(`${begun}#EXT-X-ENDLIST\n`)).toBeNull();
    expect(endedPlaylist(mediaPlaylist(FOLDER, long, { targetSeconds: 6 }))).toBeNull();
    expect(endedPlaylist('#EXTM3U\n#EXT-X-VERSION:6\n')).toBeNull();
  });
});
