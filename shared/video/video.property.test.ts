import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VideoEvent } from '../events/index.ts';
import { a } from '../testing/index.ts';
import { evolve, fold } from './evolve.ts';
import { openJobs } from './open-jobs.ts';
import { present } from './present.ts';
import { objectionTo } from './rules.ts';
import { isOpen, noVideo, tierRank, type Video, type VideoState } from './state.ts';
import { videoViewSchema } from './view.ts';

/** Any event of three generations, in any order, as often as it likes. */
const tier = fc.constantFrom('first', 'standard', 'extended' as const);
const generation = fc.integer({ min: 1, max: 3 });
const anyEvent: fc.Arbitrary<VideoEvent> = fc.oneof(
  fc.constant(a.requested()),
  fc.constant(a.updated({ title: 'another' })),
  fc.constant(a.updated({ closesAt: '2026-01-09T00:00:00.000Z' })),
  fc.constant(a.uploaded()),
  generation.map((g) => a.inspected(g)),
  fc.tuple(tier, generation, fc.boolean()).map(([t, g, final]) => a.transcoded(t, g, final)),
  fc.tuple(tier, generation, fc.boolean()).map(([t, g, final]) => a.thumbnailed(t, g, final)),
  fc.tuple(tier, generation, fc.boolean()).map(([t, g, final]) => a.packaged(t, g, final)),
  generation.map((g) => a.chosenPoster(g)),
  generation.map((g) => a.failed(g)),
  fc.constant(a.expired()),
  fc.constant(a.cancelled()),
  fc.integer({ min: 2, max: 3 }).map((g) => a.reprocessed(g)),
  fc.constant(a.deleted()),
);
/** Mostly sensible histories, with noise in between, so that the deep states are reached too. */
const spine = [a.requested(), a.uploaded(), a.inspected(), a.transcoded(), a.thumbnailed(), a.packaged()];
const history = fc.oneof(
  fc.array(anyEvent, { maxLength: 40 }),
  fc
    .array(fc.tuple(fc.constantFrom(...spine.keys()), fc.array(anyEvent, { maxLength: 2 })), { maxLength: 20 })
    .map((noise) =>
      spine.flatMap((event, index) => [event, ...noise.filter(([at]) => at === index).flatMap(([, events]) => events)]),
    ),
);

function statesOf(events: readonly VideoEvent[]): VideoState[] {
  const states: VideoState[] = [noVideo];
  for (const event of events) states.push(evolve(states.at(-1) ?? noVideo, event));
  return states;
}
const videosOf = (events: readonly VideoEvent[]) =>
  statesOf(events).filter((state): state is Video => state.status !== 'none');

describe('any history, in any order, with anything doubled or late', () => {
  it('folds into a video that clients can read', () => {
    fc.assert(
      fc.property(history, (events) => {
        for (const video of videosOf(events)) {
          expect(videoViewSchema.safeParse(present(video, 'https://cdn.example')).error).toBeUndefined();
        }
      }),
    );
  });

  it('gives a generation at most one outcome', () => {
    fc.assert(
      fc.property(history, (events) => {
        const outcomes = new Map<number, string>();
        for (const { current } of videosOf(events)) {
          const known = outcomes.get(current.number);
          if (known !== undefined) expect(current.outcome).toBe(known);
          if (current.outcome !== null) outcomes.set(current.number, current.outcome);
        }
      }),
    );
  });

  it('never takes away what plays, and never lowers its tier within a generation', () => {
    fc.assert(
      fc.property(history, (events) => {
        const videos = videosOf(events);
        for (const [index, video] of videos.entries()) {
          const next = videos[index + 1];
          if (next === undefined || video.playing === null) continue;
          expect(next.playing).not.toBeNull();
          expect(next.playing?.number).toBeGreaterThanOrEqual(video.playing.number);
          if (next.playing?.number === video.playing.number) {
            expect(tierRank(next.playing.packaged?.tier)).toBeGreaterThanOrEqual(
              tierRank(video.playing.packaged?.tier),
            );
          }
        }
      }),
    );
  });

  it('leaves no open generation without a job that somebody can be asked for', () => {
    fc.assert(
      fc.property(history, (events) => {
        for (const video of videosOf(events)) {
          // Nothing comes after `extended`, so a packaged one that is not final is the packager's to make final.
          if (isOpen(video) && video.current.packaged?.tier !== 'extended') expect(openJobs(video)).not.toEqual([]);
          if (!isOpen(video)) expect(openJobs(video)).toEqual([]);
        }
      }),
    );
  });

  it('moves the status only along the table', () => {
    const next: Record<string, string[]> = {
      uploading: ['processing', 'expired', 'cancelled', 'deleted'],
      expired: ['processing', 'cancelled', 'deleted'],
      cancelled: ['deleted'],
      processing: ['playable', 'ready', 'failed', 'deleted'],
      failed: ['processing', 'deleted'],
      playable: ['ready', 'deleted'],
      ready: ['deleted'],
      deleted: [],
    };
    fc.assert(
      fc.property(history, (events) => {
        const videos = videosOf(events);
        for (const [index, video] of videos.entries()) {
          const after = videos[index + 1];
          if (after && after.status !== video.status) expect(next[video.status]).toContain(after.status);
        }
      }),
    );
  });

  it('is the same when every event that was refused is left out, and when every one is doubled', () => {
    fc.assert(
      fc.property(history, (events) => {
        let state: VideoState = noVideo;
        const accepted = events.filter((event) => {
          if (objectionTo(state, event) !== null) return false;
          state = evolve(state, event);
          return true;
        });
        expect(fold(accepted)).toEqual(fold(events));
        const once = accepted.filter(({ type }) => type !== 'video.updated');
        expect(fold(once.flatMap((event) => [event, event]))).toEqual(fold(once));
      }),
    );
  });

  it('changes nothing after deletion', () => {
    fc.assert(
      fc.property(history, fc.array(anyEvent), (events, late) => {
        const gone = fold([...events, a.deleted()]);
        if (gone.status === 'none') return;
        expect(fold(late, gone)).toEqual(gone);
      }),
    );
  });
});
