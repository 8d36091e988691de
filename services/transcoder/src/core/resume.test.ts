import type { Segment } from '@rushes/shared/tracks';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headOf, trackFacts } from './facts.ts';
import { gridOf, specsOf } from './grid.ts';
import { plan } from './plan.ts';
import { CannotGoOn, createGate, decideContinuation, type EarlierTrack } from './resume.ts';
import { profile, source } from './source-fixture.ts';
import { createStreamReader } from './stream.ts';
import { initBytes } from './stream-fixture.ts';

const planned = plan(source({ width: 640, height: 360, frameRate: '30000/1001', fps: 29.97 }), profile('fast'));
const grid = gridOf(planned);
const specs = specsOf(planned);
const FOLDER = 'videos/v/g1/segments/';

interface Left {
  segments: number;
  recorded?: number;
  /** Ticks by which the last one falls short. */
  short?: number;
  complete?: boolean;
  attempt?: number;
}

/** What an attempt would leave of a track. */
function earlier(id: string, left: Left): EarlierTrack {
  const spec = specs.find((candidate) => candidate.id === id);
  if (spec === undefined) throw new Error(`no track ${id}`);
  const { segments: count, recorded = count, short = 0, complete = false, attempt = 1 } = left;
  const ticks = spec.kind === 'video' ? grid.cutAt(1) : 288_768;
  const folder = `${FOLDER}${id}/a${attempt}`;
  const timescale = spec.kind === 'video' ? grid.timescale : 48_000;
  const init = { bytes: initBytes({ kind: spec.kind, timescale }), codecs: 'c', timescale, priming: 0 };
  const segments = Array.from(
    { length: count },
    (_, index): Segment => ({
      key: `${folder}/${index + 1}`,
      start: index * ticks,
      duration: ticks - (index === count - 1 ? short : 0),
      bytes: 100 + index,
      keyframes: [],
    }),
  );
  const pages = Array.from({ length: Math.floor(count / 100) }, (_, index) => `${folder}/page-${index + 1}`);
  const facts = trackFacts(spec, { head: headOf(init, folder), pages, segments, complete, encodeSeconds: count });
  return { recorded, track: facts, segments, init: init.bytes };
}

const IDS = ['h264-360', 'h264-240', 'aac-und', 'aac-low-und'] as const;
const all = (left: Left, others: Partial<Record<(typeof IDS)[number], Left>> = {}) =>
  new Map(IDS.map((id) => [id, earlier(id, others[id] ?? left)]));
const decide = (tracks: ReadonlyMap<string, EarlierTrack>) => decideContinuation(specs, grid, FOLDER, tracks);
const going = (tracks: ReadonlyMap<string, EarlierTrack>) => {
  const decided = decide(tracks);
  if (typeof decided === 'string') throw new Error(decided);
  return decided;
};

describe('decideContinuation', () => {
  it('goes on behind the last segment that every track has', () => {
    const decided = going(all({ segments: 7 }, { 'h264-240': { segments: 9 }, 'aac-und': { segments: 5 } }));
    expect(decided).toMatchObject({ segments: 5, complete: false, encodeSeconds: 9 });
    expect([...decided.tracks.values()].map(({ segments }) => segments.length)).toEqual([5, 5, 5, 5]);
  });

  it('believes the claim where the facts are newer', () => {
    expect(going(all({ segments: 7, recorded: 6 })).segments).toBe(6);
  });

  it('keeps full pages and opens a page that is not full any more', () => {
    const { tracks } = going(all({ segments: 230 }, { 'aac-und': { segments: 199 } }));
    const kept = tracks.get('h264-360');
    expect(kept?.pages).toEqual([`${FOLDER}h264-360/a1/page-1`]);
    expect(kept?.segments).toHaveLength(199);
  });

  it('finds nothing left to do where every rendition has ended, on the grid or before it', () => {
    for (const short of [0, 1001]) {
      const left = { segments: 4, short, complete: true };
      const sound = { 'aac-und': { segments: 4 }, 'aac-low-und': { segments: 4 } };
      expect(going(all(left, sound))).toMatchObject({ segments: 4, complete: true });
    }
  });

  it('encodes the last segment where one track lacks it', () => {
    const ended = { segments: 4, short: 1001, complete: true };
    const decided = going(all(ended, { 'aac-und': { segments: 3 } }));
    expect(decided).toMatchObject({ segments: 3, complete: false });
    expect(decided.tracks.get('h264-360')?.segments.every(({ duration }) => duration === grid.cutAt(1))).toBe(true);
  });

  it('starts from nothing where a track has nothing', () => {
    const some = all({ segments: 3 });
    some.delete('aac-low-und');
    expect(decide(some)).toBe('not every track has a segment');
    expect(decide(all({ segments: 3 }, { 'aac-und': { segments: 0 } }))).toBe('not every track has a segment');
  });

  const broken: [string, (track: EarlierTrack) => EarlierTrack, RegExp][] = [
    ['facts older than the claim', (left) => ({ ...left, recorded: 4 }), /name 3 segments where the claim has 4/],
    ['another init', (left) => ({ ...left, init: left.init.slice(1) }), /the init has \d+ bytes/],
    ['another time scale', (left) => ({ ...left, track: { ...left.track, timescale: 15_360 } }), /time scale differ/],
    ['another size', (left) => ({ ...left, track: { ...left.track, width: 642 } }), /size, frame rate/],
    ['another rate', (left) => ({ ...left, track: { ...left.track, frameRate: '25/1' } }), /size, frame rate/],
    [
      'facts of another track',
      (left) => ({ ...left, track: { ...left.track, rendition: 'x' } }),
      /facts are of video x/,
    ],
    [
      'keys elsewhere',
      (left) => ({ ...left, segments: left.segments.map((s) => ({ ...s, key: 'k' })) }),
      /k is outside/,
    ],
    ['a gap', (left) => ({ ...left, segments: left.segments.map((s) => ({ ...s, start: s.start * 2 })) }), /starts at/],
    ['a short segment in the middle', (left) => ({ ...left, segments: shortened(left.segments) }), /segment 1 lasts/],
  ];
  const shortened = (segments: readonly Segment[]) =>
    segments.map((segment, index) => ({
      ...segment,
      start: index === 0 ? 0 : segment.start - 1001,
      duration: segment.duration - (index === 0 ? 1001 : 0),
    }));
  it.each(broken)('starts from nothing at %s', (_title, change, reason) => {
    const tracks = all({ segments: 3 });
    tracks.set('h264-360', change(earlier('h264-360', { segments: 3 })));
    expect(decide(tracks)).toMatch(reason);
  });

  it('does not take a short end for a boundary', () => {
    expect(decide(all({ segments: 4, short: 1001 }))).toBe(
      'the last segment is short, and not every track is complete',
    );
  });

  it('never keeps more than any track has recorded, nor two of a segment', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 310 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(counts, (segments) => {
        const decided = going(new Map(IDS.map((id, index) => [id, earlier(id, { segments: segments[index] ?? 1 })])));
        expect(decided.segments).toBe(Math.min(...segments));
        for (const kept of decided.tracks.values()) {
          expect(kept.pages).toHaveLength(Math.floor(decided.segments / 100));
          expect(new Set(kept.segments.map(({ key }) => key)).size).toBe(decided.segments);
        }
      }),
    );
  });
});

describe('createGate', () => {
  const kept = going(all({ segments: 2 })).tracks.get('aac-und');
  const initOf = (choice: Parameters<typeof initBytes>[0]) => {
    const item = createStreamReader().push(initBytes(choice))[0];
    if (item?.kind !== 'init') throw new Error('no init');
    return item;
  };
  const segment = (number: number, bytes = 99 + number) => ({
    kind: 'segment' as const,
    segment: {
      ...{ number, start: (number - 1) * 288_768, duration: 288_768, keyframes: [] },
      bytes: new Uint8Array(bytes),
    },
  });
  const thrownBy = (step: () => unknown): unknown => {
    try {
      return step();
    } catch (error) {
      return error;
    }
  };

  it('drops what is kept and equal, and lets through what is new', () => {
    const admit = createGate('aac-und', kept);
    expect(admit(initOf({ kind: 'audio', timescale: 48_000 }))).toEqual([]);
    expect([admit(segment(1)), admit(segment(2))]).toEqual([[], []]);
    expect(admit(segment(3))).toEqual([segment(3)]);
  });

  it('lets everything through of a track that starts', () => {
    const init = initOf({ kind: 'audio', timescale: 48_000 });
    expect(createGate('aac-und', undefined)(init)).toEqual([init]);
  });

  it('stops where sound comes out differently, or an init: from the start next time', () => {
    const admit = createGate('aac-und', kept);
    for (const item of [segment(1, 7), initOf({ kind: 'audio', timescale: 44_100 })]) {
      const error = thrownBy(() => admit(item));
      expect(error).toBeInstanceOf(CannotGoOn);
      expect(error).toMatchObject({ segments: 0 });
    }
  });

  it('goes one segment back where only the encoder delay differs, as it does for one or two last pictures', () => {
    const init = initBytes({ kind: 'video', timescale: 30_000, priming: 2002 });
    const video = { ...kept, init } as NonNullable<typeof kept>;
    const again = initOf({ kind: 'video', timescale: 30_000, priming: 1 });
    expect(thrownBy(() => createGate('h264-360', video)(again))).toMatchObject({ segments: 1 });
  });
});
