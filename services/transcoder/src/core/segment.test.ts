import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { childBoxes, findBox } from './boxes.ts';
import { readFragment } from './fragment.ts';
import { regularGrid } from './grid.ts';
import { createVideoSegmenter, type MediaSegment, type SegmenterItem } from './segment.ts';
import { createStreamReader } from './stream.ts';
import { initBytes, pieces, sampleOf, videoStream } from './stream-fixture.ts';

const TICKS = 1001;
const TIMESCALE = 30_000;
const GOP = 4;
const grid = regularGrid({ num: 30_000, den: TICKS }, GOP);

function run(stream: Uint8Array, lengths: readonly number[] = [stream.length]): SegmenterItem[] {
  const segmenter = createVideoSegmenter(grid);
  return [...pieces(stream, lengths).flatMap((piece) => segmenter.push(piece)), ...segmenter.end()];
}

function segmentsOf(items: readonly SegmenterItem[]): MediaSegment[] {
  return items.flatMap((item) => (item.kind === 'segment' ? [item.segment] : []));
}

/** Full GOPs and a last one that may be shorter. */
const gopLists = fc
  .tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: GOP }))
  .map(([full, last]) => [...Array<number>(full).fill(GOP), last]);

describe('createVideoSegmenter', () => {
  it('makes segments of three GOPs, and a shorter one at the end', () => {
    const segments = segmentsOf(run(videoStream([4, 4, 4, 4, 4, 4, 4, 1], TICKS, TIMESCALE)));
    expect(segments.map(({ number, start, duration }) => ({ number, start, duration }))).toEqual([
      { number: 1, start: 0, duration: 12 * TICKS },
      { number: 2, start: 12 * TICKS, duration: 12 * TICKS },
      { number: 3, start: 24 * TICKS, duration: 5 * TICKS },
    ]);
  });

  it('makes no empty segment where the video ends on a boundary', () => {
    expect(segmentsOf(run(videoStream([4, 4, 4], TICKS, TIMESCALE)))).toHaveLength(1);
  });

  it('points at each keyframe: from its moof to the end of its first picture', () => {
    const [segment] = segmentsOf(run(videoStream([4, 4, 2], TICKS, TIMESCALE)));
    if (segment === undefined) throw new Error('no segment');
    expect(segment.keyframes.map((keyframe) => keyframe.time)).toEqual([0, 4 * TICKS, 8 * TICKS]);
    segment.keyframes.forEach(({ offset, bytes }, gop) => {
      const range = segment.bytes.subarray(offset, offset + bytes);
      expect(String.fromCharCode(...range.subarray(4, 8))).toBe('moof');
      expect([...range.subarray(-3)]).toEqual([...sampleOf(gop * GOP, TICKS).data]);
    });
  });

  it('keeps every byte of the GOPs, in order, and drops what is no media', () => {
    const stream = videoStream([4, 4, 4, 4], TICKS, TIMESCALE);
    const media = childBoxes(stream).filter((box) => box.type === 'moof' || box.type === 'mdat');
    const segments = segmentsOf(run(stream));
    expect(segments.flatMap((segment) => [...segment.bytes])).toEqual(media.flatMap((box) => [...box.bytes]));
  });

  it('gives the same segments for any cutting of the stream, without a gap', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(gopLists, lengths, (gops, cut) => {
        const stream = videoStream(gops, TICKS, TIMESCALE);
        const items = run(stream, cut);
        expect(items).toEqual(run(stream));
        const segments = segmentsOf(items);
        let end = 0;
        for (const [index, segment] of segments.entries()) {
          expect(segment.number).toBe(index + 1);
          expect(segment.start).toBe(end);
          end += segment.duration;
        }
        expect(end).toBe(gops.reduce((sum, pictures) => sum + pictures, 0) * TICKS);
        expect(segments).toHaveLength(Math.ceil(gops.length / 3));
      }),
    );
  });

  it('goes on behind segments that exist: numbers, starts, keyframes and sequence numbers', () => {
    const segmenter = createVideoSegmenter(grid, 2);
    const items = [...segmenter.push(videoStream([4, 4, 4, 2], TICKS, TIMESCALE)), ...segmenter.end()];
    expect(items[0]?.kind).toBe('init');
    const segments = segmentsOf(items);
    expect(segments.map(({ number, start, duration }) => [number, start, duration])).toEqual([
      [3, 24 * TICKS, 12 * TICKS],
      [4, 36 * TICKS, 2 * TICKS],
    ]);
    expect(segments[0]?.keyframes.map(({ time }) => time)).toEqual([24 * TICKS, 28 * TICKS, 32 * TICKS]);
    const fragments = segments.flatMap(({ bytes }) => createStreamReader().push(bytes));
    expect(fragments.map((item) => item.kind === 'fragment' && item.fragment.start)).toEqual(
      [24, 28, 32, 36].map((frames) => frames * TICKS),
    );
    const sequences = segments.flatMap(({ bytes }) =>
      childBoxes(bytes)
        .filter(({ type }) => type === 'moof')
        .map(({ body }) => findBox(body, ['mfhd'])?.body.at(-1)),
    );
    // The fixture numbers every fragment 1.
    expect(sequences).toEqual([7, 7, 7, 7]);
  });

  it('refuses a GOP off the grid, since renditions would no longer match', () => {
    expect(() => run(videoStream([4, 3, 4], TICKS, TIMESCALE))).toThrow(/starts at 7007 where the grid has 8008/);
  });

  it('refuses a stream that breaks off', () => {
    const stream = videoStream([4, 4], TICKS, TIMESCALE);
    expect(() => run(stream.subarray(0, stream.length - 40))).toThrow(/ended/);
  });
});

describe('the init segment', () => {
  const initOf = (bytes: Uint8Array) => {
    const item = createStreamReader().push(bytes)[0];
    if (item?.kind !== 'init') throw new Error('no init');
    return item.init;
  };

  it('tells codec, time scale and encoder delay', () => {
    expect(initOf(initBytes({ kind: 'video', timescale: 30_000, priming: 2002 }))).toMatchObject({
      codecs: 'avc1.42c01e',
      timescale: 30_000,
      priming: 2002,
    });
    expect(initOf(initBytes({ kind: 'audio', timescale: 48_000 }))).toMatchObject({
      codecs: 'mp4a.40.2',
      timescale: 48_000,
      priming: 0,
    });
  });

  it('does not depend on when it was made', () => {
    const monday = initOf(initBytes({ kind: 'video', timescale: 30_000, created: 3_900_000_000 }));
    const tuesday = initOf(initBytes({ kind: 'video', timescale: 30_000, created: 3_900_086_400 }));
    expect(monday.bytes).toEqual(tuesday.bytes);
  });
});

describe('readFragment', () => {
  it('reads the length and the data of every picture', () => {
    const stream = videoStream([3], TICKS, TIMESCALE);
    const [moof, mdat] = childBoxes(stream).filter((box) => ['moof', 'mdat'].includes(box.type));
    if (moof === undefined || mdat === undefined) throw new Error('no fragment');
    const fragment = readFragment(moof, Uint8Array.from([...moof.bytes, ...mdat.bytes]));
    expect(fragment.samples.map(({ duration, data }) => ({ duration, data: [...data] }))).toEqual(
      [0, 1, 2].map((number) => ({ duration: TICKS, data: [...sampleOf(number, TICKS).data] })),
    );
  });

  it('refuses a picture that lies outside its fragment', () => {
    const [moof] = childBoxes(videoStream([3], TICKS, TIMESCALE)).filter((box) => box.type === 'moof');
    if (moof === undefined) throw new Error('no fragment');
    expect(findBox(moof.body, ['traf', 'trun'])).toBeDefined();
    expect(() => readFragment(moof, moof.bytes)).toThrow(/lies outside its fragment/);
  });
});
