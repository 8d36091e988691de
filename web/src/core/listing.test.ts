import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendPage, applyProgress, applyVideo, keepProgress, type Listing, withProgress } from './listing.ts';
import { videoWith } from './video-fixture.ts';

const all = { q: '', filter: 'all' } as const;
const at = (minute: number, changes = {}) =>
  videoWith({ id: `id-${minute}`, createdAt: `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`, ...changes });
const listing = (nextCursor: string | null, ...minutes: number[]): Listing => ({
  items: minutes.map((minute) => ({ video: at(minute), sequence: 10 })),
  nextCursor,
});
const ids = ({ items }: Listing) => items.map(({ video }) => video.id);

describe('the next page', () => {
  it('is added once, though what was shown has moved to it meanwhile', () => {
    const next = appendPage(listing('c', 9, 8), { videos: [at(8), at(7)], nextCursor: null }, 12);
    expect(ids(next)).toEqual(['id-9', 'id-8', 'id-7']);
    expect(next.nextCursor).toBeNull();
  });
});

describe('a live message', () => {
  it('puts a new video where its date belongs', () => {
    const next = applyVideo(listing(null, 9, 5), { video: at(7), sequence: 11 }, all);
    expect(ids(next)).toEqual(['id-9', 'id-7', 'id-5']);
  });

  it('about a video below what is loaded changes nothing, unless all is loaded', () => {
    expect(ids(applyVideo(listing('c', 9), { video: at(1), sequence: 11 }, all))).toEqual(['id-9']);
    expect(ids(applyVideo(listing(null, 9), { video: at(1), sequence: 11 }, all))).toEqual(['id-9', 'id-1']);
  });

  it('replaces what it knows better, and is replaced by nothing older', () => {
    const newer = applyVideo(listing(null, 9), { video: at(9, { title: 'New' }), sequence: 11 }, all);
    const late = applyVideo(newer, { video: at(9, { title: 'Old' }), sequence: 8 }, all);
    expect(late.items[0]?.video.title).toBe('New');
  });

  it('takes out what is deleted or does not fit the filter any more', () => {
    const ready = { q: '', filter: 'ready' } as const;
    expect(ids(applyVideo(listing(null, 9), { video: at(9, { status: 'deleted' }), sequence: 11 }, all))).toEqual([]);
    expect(ids(applyVideo(listing(null, 9), { video: at(9, { status: 'failed' }), sequence: 11 }, ready))).toEqual([]);
  });

  it('adds nothing to a search, whose rules only the catalog knows', () => {
    const search = { q: 'sea', filter: 'all' } as const;
    expect(ids(applyVideo(listing(null, 9), { video: at(10), sequence: 11 }, search))).toEqual(['id-9']);
  });

  it('in any order keeps the list newest first, each video once', () => {
    const messages = fc.array(fc.record({ minute: fc.nat(20), sequence: fc.nat(50) }), { maxLength: 40 });
    fc.assert(
      fc.property(messages, (list) => {
        const end = list.reduce(
          (now, { minute, sequence }) => applyVideo(now, { video: at(minute), sequence }, all),
          listing(null, 9, 4),
        );
        const dates = end.items.map(({ video }) => video.createdAt);
        expect(dates).toEqual([...dates].sort().reverse());
        expect(new Set(dates).size).toBe(dates.length);
      }),
    );
  });
});

describe('a message of progress', () => {
  const progress = { stage: 'transcoder', tier: 'standard', percent: 10, secondsLeft: null, generation: 2 } as const;
  const running = at(9, { progress });
  const told = {
    videoId: 'id-9',
    generation: 2,
    stage: 'transcoder',
    tier: 'standard',
    percent: 40,
    secondsLeft: 90,
  } as const;

  it('moves percent and time left of the stage that runs', () => {
    const moved = { ...progress, percent: 40, secondsLeft: 90 };
    expect(withProgress(running, told).progress).toEqual(moved);
    const list = { items: [{ video: running, sequence: 1 }], nextCursor: null };
    expect(applyProgress(list, told).items[0]?.video.progress).toEqual(moved);
  });

  it.each([
    ['another generation', { generation: 1 }],
    ['another stage', { stage: 'packager' }],
    ['another tier', { tier: 'extended' as const }],
  ])('about %s changes nothing', (_what, change) => {
    expect(withProgress(running, { ...told, ...change })).toBe(running);
  });

  it('that is the same again changes nothing, and one that is lower only the time left', () => {
    expect(withProgress(running, { ...told, percent: 10, secondsLeft: null })).toBe(running);
    expect(withProgress(running, { ...told, percent: 5 }).progress).toEqual({ ...progress, secondsLeft: 90 });
  });

  it('without tier and time left is understood too', () => {
    const { tier: _tier, secondsLeft: _left, ...old } = told;
    expect(withProgress(running, old).progress).toEqual({ ...progress, percent: 40 });
  });

  it('about a video that is not shown changes nothing', () => {
    const list = listing(null, 5);
    expect(applyProgress(list, told)).toBe(list);
  });

  it('is not forgotten when an answer comes that knows of none', () => {
    const shown = withProgress(running, told);
    const renamed = { ...running, title: 'New', progress: { ...progress, percent: 0 } };
    expect(keepProgress(shown, renamed)).toEqual({ ...renamed, progress: shown.progress });
    const list = { items: [{ video: shown, sequence: 1 }], nextCursor: null };
    const next = applyVideo(list, { video: renamed, sequence: 2 }, all);
    expect(next.items[0]?.video).toMatchObject({ title: 'New', progress: { percent: 40 } });
  });

  it('is forgotten when the answer is about the next stage, or nothing runs any more', () => {
    const shown = withProgress(running, told);
    const next = { ...running, progress: { ...progress, stage: 'packager', percent: 0 } };
    expect(keepProgress(shown, next)).toBe(next);
    const done = { ...running, progress: null };
    const other = { ...running, id: 'another', progress: { ...progress, percent: 0 } };
    expect([keepProgress(shown, done), keepProgress(shown, other), keepProgress(undefined, next)]).toEqual([
      done,
      other,
      next,
    ]);
  });
});
