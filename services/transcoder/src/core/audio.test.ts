import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AAC_FRAME, type AudioSegmenter, createAudioSegmenter, type Time } from './audio.ts';
import type { MediaSegment, SegmenterItem } from './segment.ts';
import { createStreamReader } from './stream.ts';
import { audioStream, pieces } from './stream-fixture.ts';

const RATE = 48_000;
/** Three GOPs of 60 pictures at 29.97. */
const SEGMENT: Time = { num: 180_180, den: 30_000 };
const cutAt = (segments: number): Time => ({ num: segments * SEGMENT.num, den: SEGMENT.den });
const seconds = (time: Time) => time.num / time.den;
const pictures = (count: number): Time => ({ num: count * 1001, den: 30_000 });

const segmentsOf = (items: readonly SegmenterItem[]): MediaSegment[] =>
  items.flatMap((item) => (item.kind === 'segment' ? [item.segment] : []));

/** Numbers of the frames in a segment, as their bytes tell. */
function framesIn(segment: MediaSegment): number[] {
  const items = createStreamReader().push(segment.bytes);
  return items.flatMap((item) =>
    item.kind === 'fragment' ? item.fragment.samples.map(({ data }) => (data[0] ?? 0) + (data[1] ?? 0) * 256) : [],
  );
}

/** All of the sound at once, then the video. */
function run(frames: number, videoPictures: number, lengths: readonly number[] = [997]): MediaSegment[] {
  const segmenter = createAudioSegmenter(cutAt);
  const count = Math.ceil(videoPictures / 180);
  const items = pieces(audioStream(frames), lengths).flatMap((piece) => segmenter.push(piece));
  items.push(...segmenter.end());
  for (let passed = 1; passed < count; passed += 1) items.push(...segmenter.videoPassed(passed));
  items.push(...segmenter.videoEnded(count, pictures(videoPictures)));
  return segmentsOf(items);
}

describe('createAudioSegmenter', () => {
  it('gives the same segments where the video goes on behind some that exist', () => {
    const whole = run(2000, 1000);
    const segmenter = createAudioSegmenter(cutAt, 3);
    const items = [...segmenter.push(audioStream(2000)), ...segmenter.end()];
    expect(segmentsOf(items).map(({ number }) => number)).toEqual([1, 2, 3]);
    items.push(...segmenter.videoPassed(4), ...segmenter.videoPassed(5), ...segmenter.videoEnded(6, pictures(1000)));
    expect(segmentsOf(items)).toEqual(whole);
  });

  it('cuts at the frame nearest to where the video is cut', () => {
    const segments = run(2000, 3 * 180);
    expect(segments).toHaveLength(3);
    segments.slice(1).forEach((segment, index) => {
      const presented = (segment.start - AAC_FRAME) / RATE;
      expect(Math.abs(presented - (index + 1) * seconds(SEGMENT))).toBeLessThanOrEqual(AAC_FRAME / RATE / 2 + 1e-9);
    });
  });

  it('holds sound back until the video has passed', () => {
    const segmenter = createAudioSegmenter(cutAt);
    expect(segmentsOf(segmenter.push(audioStream(2000)))).toEqual([]);
    expect(segmentsOf(segmenter.videoPassed(2))).toHaveLength(2);
    expect(segmentsOf(segmenter.end())).toEqual([]);
    expect(segmentsOf(segmenter.videoEnded(3, pictures(400)))).toHaveLength(1);
  });

  it('waits for the sound where the video is ahead', () => {
    const segmenter = createAudioSegmenter(cutAt);
    expect(segmentsOf(segmenter.videoEnded(1, pictures(60)))).toEqual([]);
    expect(segmentsOf(segmenter.push(audioStream(300)))).toHaveLength(1);
  });

  it('goes on with the last frame where the sound ends early', () => {
    const segments = run(50, 180);
    const frames = segments.flatMap(framesIn);
    expect(frames.slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(new Set(frames.slice(50))).toEqual(new Set([49]));
    expect(frames.length * AAC_FRAME).toBeGreaterThan(6 * RATE);
  });

  it('refuses a stream without a single frame', () => {
    expect(() => run(0, 60)).toThrow('the sound has no frame at all');
  });

  it('is as long as the video within one frame, in as many segments, without a gap, for any lengths and cutting', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1200 }),
        fc.integer({ min: 1, max: 800 }),
        lengths,
        (frames, video, cut) => {
          const segments = run(frames, video, cut);
          expect(segments).toHaveLength(Math.ceil(video / 180));
          let end = 0;
          for (const segment of segments) {
            expect(segment.start).toBe(end);
            end += segment.duration;
          }
          const presented = (end - AAC_FRAME) / RATE;
          expect(Math.abs(presented - seconds(pictures(video)))).toBeLessThanOrEqual(AAC_FRAME / RATE);
          const wanted = segments.flatMap(framesIn);
          expect(wanted).toEqual(wanted.map((_, index) => Math.min(index, frames - 1)));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('gives the same segments however sound and video interleave', () => {
    const stream = audioStream(1500);
    const calls = (segmenter: AudioSegmenter, order: readonly boolean[]) => {
      const sound = [...pieces(stream, [3000]).map((piece) => () => segmenter.push(piece)), () => segmenter.end()];
      const video = [
        () => segmenter.videoPassed(1),
        () => segmenter.videoPassed(2),
        () => segmenter.videoEnded(3, pictures(500)),
      ];
      const items: SegmenterItem[] = [];
      for (const soundNext of order) items.push(...((soundNext ? sound : video).shift()?.() ?? []));
      for (const rest of [...sound, ...video]) items.push(...rest());
      return segmentsOf(items);
    };
    const expected = calls(createAudioSegmenter(cutAt), []);
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 40 }), (order) => {
        expect(calls(createAudioSegmenter(cutAt), order)).toEqual(expected);
      }),
    );
  });
});
