import type { VideoEvent } from '@rushes/shared/events';
import { a } from '@rushes/shared/testing';
import { fold, type OpenJob, openJobs } from '@rushes/shared/video';
import { describe, expect, it } from 'vitest';
import { askedBy, decideStuck, durableOf, isQuiet, type JobFacts, progressOf, type StuckFacts } from './stuck.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-01-01T10:00:00.000Z');
const encode: OpenJob = { service: 'transcoder', job: 'standard' };
const look: OpenJob = { service: 'thumbnailer', job: 'first' };
const entry = { kind: 'generation', generation: 1, retries: 0, retriedAt: null, sequence: 0 } as const;

const idle = (job: OpenJob): JobFacts => ({ job, isPending: false, claim: null });
const heldUntil = (leaseUntil: number, worker: string | null = 'w'): JobFacts => ({
  ...idle(encode),
  claim: { worker, leaseUntil },
});

/** A generation of which nothing was heard for two hours. */
function facts(change: Partial<StuckFacts> = {}): StuckFacts {
  const progress = { sequence: 7, at: NOW - 2 * HOUR };
  return { now: NOW, stuckAfterMs: HOUR, progress, entry, jobs: [idle(encode)], ...change };
}

describe('an open generation', () => {
  it('is waited for when something happened within the time', () => {
    expect(decideStuck(facts({ progress: { sequence: 7, at: NOW - HOUR + 1 } }))).toEqual({ kind: 'wait' });
  });

  it.each([
    ['the job waits in the log', { ...idle(encode), isPending: true }],
    ['a worker holds its claim', heldUntil(NOW + 1)],
    ['its worker was there within the time', heldUntil(NOW - HOUR + 1)],
    ['its claim was handed back within the time', heldUntil(NOW - HOUR + 1, null)],
  ])('is waited for when %s', (_what, job) => {
    expect(decideStuck(facts({ jobs: [job] }))).toEqual({ kind: 'wait' });
  });

  it.each([
    ['nobody ever took it', idle(encode)],
    ['its worker died long ago', heldUntil(NOW - HOUR)],
    ['it was handed back long ago', heldUntil(NOW - HOUR, null)],
  ])('is asked for again when %s', (_what, job) => {
    expect(decideStuck(facts({ jobs: [job] }))).toEqual({
      kind: 'ask',
      jobs: [encode],
      entry: { ...entry, retries: 1, retriedAt: NOW, sequence: 7 },
    });
  });

  it('is asked for in those stages only that are stuck', () => {
    const decision = decideStuck(facts({ jobs: [heldUntil(NOW + 1), idle(look)] }));
    expect(decision).toMatchObject({ kind: 'ask', jobs: [look] });
  });

  it('is given its time after each time it was asked for', () => {
    const asked = { ...entry, retries: 1, retriedAt: NOW - HOUR + 1, sequence: 7 };
    expect(decideStuck(facts({ entry: asked }))).toEqual({ kind: 'wait' });
    expect(decideStuck(facts({ entry: { ...asked, retriedAt: NOW - HOUR } }))).toMatchObject({ entry: { retries: 2 } });
  });

  it('is given up when it was asked for three times without progress', () => {
    const asked = { ...entry, retries: 3, retriedAt: NOW - HOUR, sequence: 7 };
    expect(decideStuck(facts({ entry: asked, jobs: [idle(look)] }))).toEqual({ kind: 'stall', service: 'thumbnailer' });
  });

  it('is counted anew when there was progress since', () => {
    const asked = { ...entry, retries: 3, retriedAt: NOW - 9 * HOUR, sequence: 5 };
    expect(decideStuck(facts({ entry: asked }))).toMatchObject({ kind: 'ask', entry: { retries: 1, sequence: 7 } });
  });

  it('that lacks nothing and was never said to be done is given up after the time', () => {
    expect(decideStuck(facts({ jobs: [] }))).toEqual({ kind: 'stall', service: 'packager' });
    expect(decideStuck(facts({ jobs: [], progress: { sequence: 7, at: NOW } }))).toEqual({ kind: 'wait' });
  });
});

describe('progress', () => {
  const stored = (...events: VideoEvent[]) => events.map((event, index) => ({ sequence: (index + 1) * 10, event }));

  it('is the last event that is not an edit', () => {
    const progress = progressOf(stored(a.requested(), a.uploaded(), a.updated({ title: 'x' })));
    expect(progress).toEqual({ sequence: 20, at: Date.parse('2026-01-01T00:00:02.000Z') });
    expect(progressOf([])).toBeNull();
  });

  it('or a wish to go on keeps a generation from being quiet', () => {
    const progress = { sequence: 1, at: NOW - 2 * HOUR };
    const quiet = (retriedAt: number | null) =>
      isQuiet({ now: NOW, stuckAfterMs: HOUR, progress, entry: { ...entry, retriedAt } });
    expect([quiet(null), quiet(NOW - HOUR), quiet(NOW - 1)]).toEqual([true, true, false]);
  });

  const first = [a.transcoded('first'), a.thumbnailed('first'), a.packaged('first')];
  const standard = [
    a.transcoded('standard', 1, false),
    a.thumbnailed('standard', 1, false),
    a.packaged('standard', 1, false),
  ];
  it.each([
    ['uploaded', [a.requested(), a.uploaded()], 'transcoder', 20],
    [
      'transcoded in its first tier',
      [a.requested(), a.uploaded(), a.inspected(), ...first.slice(0, 1)],
      'thumbnailer',
      40,
    ],
    [
      'thumbnailed in its first tier',
      [a.requested(), a.uploaded(), a.inspected(), ...first.slice(0, 2)],
      'packager',
      50,
    ],
    [
      'packaged in its standard tier',
      [a.requested(), a.uploaded(), a.inspected(), ...standard],
      'transcoder-extended',
      60,
    ],
    ['asked for anew', [a.requested(), a.uploaded(), a.failed(), a.reprocessed()], 'transcoder', 40],
  ])('of a video that is %s is up to the durable that brings the last event', (_what, events, durable, sequence) => {
    const video = fold(events);
    if (video.status === 'none') throw new Error('there is no video');
    const job = openJobs(video).at(-1);
    if (job === undefined) throw new Error('nothing is open');
    expect([durableOf(job), askedBy(stored(...events), video.current.number, job)]).toEqual([durable, sequence]);
  });

  it('of a generation is not asked for by an event of another', () => {
    expect(askedBy(stored(a.requested(), a.uploaded()), 2, encode)).toBeNull();
  });
});
