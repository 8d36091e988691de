import { describe, expect, it } from 'vitest';
import { type StoredEvent, toEntries } from './history.ts';
import { stepsOf } from './steps.ts';
import { videoWith } from './video-fixture.ts';

const event = (verb: string, second: number, data: Record<string, unknown> = {}, generation = 1): StoredEvent => ({
  id: `${generation}:${verb}:${String(data.tier ?? second)}`,
  type: `video.${verb}`,
  time: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
  generation,
  data,
});

const begun = [event('requested', 0), event('uploaded', 4, { via: 'sqs' }), event('inspected', 5)];
const tiers = [
  event('transcoded', 9, { tier: 'first' }),
  event('thumbnailed', 10, { tier: 'first' }),
  event('transcoded', 30, { tier: 'standard' }),
  event('packaged', 31, { tier: 'first' }),
  event('thumbnailed', 33, { tier: 'standard' }),
  event('packaged', 34, { tier: 'standard' }),
  event('transcoded', 50, { tier: 'extended' }),
];
const took = (events: StoredEvent[]) => toEntries(events).map(({ verb, tier, took: seconds }) => [verb, tier, seconds]);

describe('the history', () => {
  it('measures each stage from the event it reacts to, of its own tier', () => {
    expect(took([...begun, ...tiers])).toEqual([
      ['requested', null, null],
      ['uploaded', null, 4],
      ['inspected', null, 1],
      ['transcoded', 'first', 4],
      ['thumbnailed', 'first', 1],
      ['transcoded', 'standard', 25],
      ['packaged', 'first', 21],
      ['thumbnailed', 'standard', 3],
      ['packaged', 'standard', 1],
      ['transcoded', 'extended', 16],
    ]);
  });

  it('measures a failure from what happened last in its generation', () => {
    const events = [...begun, event('updated', 6, { title: 'x' }), event('failed', 8, { message: 'No.' })];
    expect(toEntries(events).at(-1)).toMatchObject({ title: 'Failed', note: 'No.', took: 3 });
  });

  it('measures a new making from its own beginning', () => {
    const events = [...begun, event('reprocessed', 100, { reason: 'asked for' }, 2), event('inspected', 102, {}, 2)];
    expect(toEntries(events).at(-1)).toMatchObject({ generation: 2, took: 2 });
  });

  it('names what was changed, a chosen poster, and a verb that is newer than this page', () => {
    const events = [
      event('updated', 1, { title: 'x', closesAt: 'y' }),
      event('thumbnailed', 2),
      event('transcribed', 3),
    ];
    expect(toEntries(events).map(({ title, note }) => `${title}: ${note}`)).toEqual([
      'Edited: title, upload link renewed',
      'Thumbnails made: another poster',
      'transcribed: ',
    ]);
  });
});

describe('the stations', () => {
  const states = (events: StoredEvent[], video = videoWith()) =>
    stepsOf(video, toEntries(events)).map(({ state }) => state);

  it('are done up to the one that runs, which tells its percent', () => {
    const video = videoWith({ status: 'processing', progress: { stage: 'transcoder', percent: 37, generation: 1 } });
    expect(states(begun, video)).toEqual(['done', 'done', 'now', 'waiting', 'waiting']);
    expect(stepsOf(video, toEntries(begun))[2]).toMatchObject({ percent: 37, took: null });
  });

  it('do not count the quick first tier', () => {
    expect(states([...begun, ...tiers.slice(0, 2)])).toEqual(['done', 'done', 'now', 'waiting', 'waiting']);
    expect(states([...begun, ...tiers])).toEqual(['done', 'done', 'done', 'done', 'done']);
  });

  it('show where it failed, and that the rest never came', () => {
    const events = [...begun.slice(0, 2), event('failed', 6, { message: 'No.' })];
    expect(states(events)).toEqual(['done', 'failed', 'waiting', 'waiting', 'waiting']);
  });

  it('of a cancelled upload all wait', () => {
    const video = videoWith({ status: 'cancelled' });
    expect(new Set(states([event('requested', 0), event('cancelled', 1)], video))).toEqual(new Set(['waiting']));
  });

  it('of a new making begin after the upload', () => {
    const events = [...begun, ...tiers, event('reprocessed', 100, {}, 2)];
    expect(states(events, videoWith({ generation: 2 }))).toEqual(['done', 'now', 'waiting', 'waiting', 'waiting']);
  });
});
