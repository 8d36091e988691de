import { subjectOf } from '@rushes/shared/events';
import { a, VIDEO_ID } from '@rushes/shared/testing';
import { fold } from '@rushes/shared/video';
import { describe, expect, it } from 'vitest';
import {
  eventLetter,
  failureIn,
  fieldErrorOf,
  isUnderstood,
  letterId,
  parseLetterId,
  videoLetter,
} from './dead-letter.ts';
import { documentOf } from './document.ts';

const stored = (event: ReturnType<typeof a.uploaded>) => ({
  sequence: 7,
  subject: subjectOf(event),
  body: JSON.stringify(event),
  problems: ['/data: was not understood'],
});

function failedWith(...events: Parameters<typeof fold>[0][]) {
  const state = fold(events.flatMap((some) => [...some]));
  if (state.status === 'none') throw new Error('the history makes no video');
  return documentOf(state, { lastSeq: 3, revision: 0 }, 'https://cdn.example');
}

describe('the id of a dead letter', () => {
  it.each([
    { kind: 'event', sequence: 12 },
    { kind: 'video', videoId: VIDEO_ID, generation: 3 },
  ] as const)('says what it is: $kind', (name) => {
    expect(parseLetterId(letterId(name))).toEqual(name);
  });

  it.each([
    '',
    'event-',
    'event-0',
    'event-1.5',
    'event--1',
    'event-99999999999999999',
    `video-${VIDEO_ID}`,
    `video-${VIDEO_ID}-0`,
    `video-${VIDEO_ID}-1 `,
    'video-*-1',
  ])('is none: %j', (id) => {
    expect(parseLetterId(id)).toBeNull();
  });
});

describe('eventLetter', () => {
  it('says what is wrong with the event now, which is nothing when it is understood', () => {
    const good = stored(a.uploaded());
    expect(eventLetter(good, null)).toMatchObject({ id: 'event-7', verb: 'uploaded', videoId: VIDEO_ID, problems: [] });
    expect(isUnderstood(good)).toBe(true);
    const bad = { ...good, body: '{}' };
    expect(eventLetter(bad, null).problems.length).toBeGreaterThan(0);
    expect(isUnderstood(bad)).toBe(false);
  });

  it('does not take an event for understood whose verb is not known any more', () => {
    const foreign = { ...stored(a.uploaded()), subject: `video.applauded.${VIDEO_ID}` };
    expect(isUnderstood(foreign)).toBe(false);
    expect(eventLetter(foreign, null).problems).toEqual(['/type: the verb applauded is not known']);
  });
});

describe('videoLetter', () => {
  it('is there for a video that failed without a fault of its file', () => {
    const document = failedWith([a.requested(), a.uploaded(), a.failed(1, 'stalled')]);
    expect(videoLetter(document, null)).toMatchObject({ id: `video-${VIDEO_ID}-1`, error: { code: 'stalled' } });
  });

  it.each([
    ['its file is at fault', [a.requested(), a.uploaded(), a.failed(1, 'corrupt')]],
    ['it is made anew', [a.requested(), a.uploaded(), a.failed(1, 'stalled'), a.reprocessed(2)]],
    ['it is deleted', [a.requested(), a.uploaded(), a.failed(1, 'stalled'), a.deleted()]],
    ['it did not fail', [a.requested(), a.uploaded()]],
  ])('is not there when %s', (_why, events) => {
    expect(videoLetter(failedWith(events), null)).toBeNull();
  });
});

describe('failureIn', () => {
  it('finds the failure of the generation that is asked for, and says nothing where there is none', () => {
    const history = [a.requested(), a.failed(1, 'stalled'), { ...a.failed(2), time: '2026-01-03T00:00:00.000Z' }].map(
      (event) => ({ parsed: { kind: 'event' as const, event } }),
    );
    expect(failureIn(history, 2)).toEqual({ attempts: 1, failedAt: '2026-01-03T00:00:00.000Z' });
    expect(failureIn(history, 3)).toEqual({ attempts: null, failedAt: null });
  });
});

describe('fieldErrorOf', () => {
  it('takes path and message apart, and leaves colons in the message', () => {
    expect(fieldErrorOf('/data/size: must be: a number')).toEqual({ path: '/data/size', message: 'must be: a number' });
  });
});
