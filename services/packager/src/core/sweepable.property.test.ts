import type { VideoEvent } from '@rushes/shared/events';
import { a, VIDEO_ID } from '@rushes/shared/testing';
import { present, type Video } from '@rushes/shared/video';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { livesOf } from './lives.ts';
import { HOUR, history, minute, swept, TIMES } from './sample-history.ts';
import { keysIn, type Sweep } from './sweepable.ts';

const tier = fc.constantFrom('first', 'standard', 'extended' as const);
const number = fc.integer({ min: 1, max: 4 });
const anyEvent: fc.Arbitrary<VideoEvent> = fc.oneof(
  fc.constant(a.updated({ posterTime: 12.5 })),
  number.map((g) => a.inspected(g)),
  fc.tuple(tier, number, fc.boolean()).map(([t, g, final]) => a.transcoded(t, g, final)),
  fc.tuple(tier, number, fc.boolean()).map(([t, g, final]) => a.thumbnailed(t, g, final)),
  fc.tuple(tier, number, fc.boolean()).map(([t, g, final]) => a.packaged(t, g, final)),
  number.map((g) => a.chosenPoster(g)),
  number.map((g) => a.failed(g)),
  fc.integer({ min: 2, max: 4 }).map((g) => a.reprocessed(g)),
  fc.constant(a.deleted()),
);
/** Generations one after the other, each as far as it gets, with anything late or doubled in between. */
const oneGeneration = (g: number) =>
  fc
    .tuple(fc.boolean(), fc.boolean(), fc.integer({ min: 0, max: 10 }), fc.boolean())
    .map(([first, final, length, fails]) => [
      ...[
        ...(g === 1 ? [a.uploaded()] : [a.reprocessed(g)]),
        a.inspected(g),
        ...(first ? [a.transcoded('first', g), a.thumbnailed('first', g), a.packaged('first', g)] : []),
        a.transcoded('standard', g, final),
        a.thumbnailed('standard', g, final),
        a.packaged('standard', g, final),
        ...(final ? [] : [a.transcoded('extended', g), a.thumbnailed('extended', g), a.packaged('extended', g)]),
      ].slice(0, length),
      ...(fails ? [a.failed(g)] : []),
    ]);
const anyHistory = fc
  .tuple(
    fc.integer({ min: 1, max: 4 }).chain((count) => fc.tuple(...[1, 2, 3, 4].slice(0, count).map(oneGeneration))),
    fc.array(fc.tuple(fc.nat({ max: 40 }), anyEvent), { maxLength: 4 }),
  )
  .map(([generations, noise]) => {
    const events: VideoEvent[] = [a.requested(), ...generations.flat()];
    for (const [at, event] of noise) events.splice(Math.min(at, events.length), 0, event);
    return events;
  });

/** Of every generation: all keys that events may name, and some that only a loser could have written. */
const BUCKET = [1, 2, 3, 4].flatMap((g) => {
  const folder = `videos/${VIDEO_ID}/g${g}`;
  const pictures = [7.5, 12.5].flatMap((time) => ['jpg', 'webp'].map((type) => `a1/poster-${time}.${type}`));
  return [
    `${folder}/hls/master.m3u8`,
    `${folder}/dash/manifest.mpd`,
    `${folder}/segments/h264-720/a1/track.json`,
    `${folder}/segments/h264-720/a1/00001.m4s`,
    `${folder}/segments/h264-720/a2/track.json`,
    `${folder}/thumbnails/a2/poster.jpg`,
    ...pictures.map((name) => `${folder}/thumbnails/${name}`),
  ];
});
/** What the facts at a key name. */
const namedByFacts = (key: string) => [key, key.replace('track.json', '00001.m4s')];

/** The history's events with their times. */
const timed = (events: readonly VideoEvent[]) =>
  history(events).flatMap(({ parsed }) => (parsed.kind === 'event' ? [parsed.event] : []));

function removedBy({ folders, thinning }: Sweep): string[] {
  const kept = new Set([...(thinning?.named ?? []), ...(thinning?.facts ?? []).flatMap(namedByFacts)]);
  const thinned = (key: string) => thinning?.areas.some((area) => key.startsWith(area)) && !kept.has(key);
  return BUCKET.filter((key) => folders.some((folder) => key.startsWith(folder)) || thinned(key));
}

/** All that a client is given, and the segments that the playlists among it lead to. */
function shownOf(video: Video): string[] {
  const keys = keysIn(present(video, 'cdn'), 'cdn/').map((url) => url.slice('cdn/'.length));
  const plays = keys.some((key) => key.endsWith('.m3u8'));
  const tracks = plays ? (video.playing?.packaged?.renditions ?? []).map(({ track }) => track) : [];
  return [...keys, ...tracks.flatMap(namedByFacts)];
}

describe('of any history, at any time,', () => {
  const anyDelay = fc.oneof(fc.constantFrom(0, TIMES.workStopsMs, HOUR, 24 * HOUR, 48 * HOUR), fc.nat(48 * HOUR));

  it('nothing goes that clients are shown, or that an open generation may name', () => {
    fc.assert(
      fc.property(anyHistory, anyDelay, (events, delay) => {
        const removed = new Set(removedBy(swept(events, minute(events.length) + delay)));
        const { state: video } = livesOf(timed(events));
        if (video.status === 'none') throw new Error('unreachable: every history begins with a request');
        expect(shownOf(video).filter((key) => removed.has(key))).toEqual([]);
        if (video.status === 'deleted' || video.current.outcome !== null) return;
        expect([...removed].filter((key) => key.includes(`/g${video.current.number}/`))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('nothing goes that clients were shown less than the grace ago', () => {
    fc.assert(
      fc.property(anyHistory, anyDelay, (events, delay) => {
        const now = minute(events.length) + Math.min(delay, TIMES.graceMs - HOUR);
        const removed = new Set(removedBy(swept(events, now)));
        const { state, generations } = livesOf(timed(events));
        if (state.status === 'deleted') return;
        for (const { number, replacedAt } of generations) {
          if (replacedAt === null || now >= replacedAt + TIMES.graceMs) continue;
          expect([...removed].filter((key) => key.includes(`/g${number}/`))).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('looking again when asked to ends soon, and leaves only what plays, is shown, or is still being made', () => {
    fc.assert(
      fc.property(anyHistory, (events) => {
        let now = minute(events.length);
        let sweep = swept(events, now);
        for (let looks = 1; sweep.lookAgainAt !== null; looks += 1) {
          expect(looks).toBeLessThan(20);
          expect(sweep.lookAgainAt).toBeGreaterThan(now);
          now = sweep.lookAgainAt;
          sweep = swept(events, now);
        }
        const removed = new Set(removedBy(sweep));
        const left = BUCKET.filter((key) => !removed.has(key));
        const { state, generations } = livesOf(timed(events));
        if (state.status === 'none') throw new Error('unreachable: every history begins with a request');
        const alive = new Set([(state.playing ?? state.current).number, state.current.number]);
        const gone = generations.filter(({ number }) => state.status === 'deleted' || !alive.has(number));
        for (const { number } of gone) expect(left.filter((key) => key.includes(`/g${number}/`))).toEqual([]);
        const { playing } = state;
        const closed = playing !== null && (playing.number < state.current.number || playing.outcome !== null);
        if (!closed || state.status === 'deleted' || playing.packaged?.tier === 'first') return;
        expect(left.filter((key) => key.includes(`/g${playing.number}/`) && key.includes('/a2/'))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
