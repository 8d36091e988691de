import { entryFor } from '@rushes/shared/open-videos';
import { a, VIDEO_ID } from '@rushes/shared/testing';
import { fold } from '@rushes/shared/video';
import { describe, expect, it } from 'vitest';
import { addEvent, type Candidates } from './candidates.ts';

const requested = a.requested();
const uploaded = [requested, a.uploaded()];
const ready = [...uploaded, a.inspected(), a.transcoded(), a.thumbnailed(), a.packaged()];
const half = [
  ...uploaded,
  a.inspected(),
  a.transcoded('standard', 1, false),
  a.thumbnailed('standard', 1, false),
  a.packaged('standard', 1, false),
];

describe('a video that something may be expected of', () => {
  it.each([
    ['requested', [requested]],
    ['expired', [requested, a.expired()]],
    ['revived', [requested, a.expired(), a.uploaded()]],
    ['cancelled', [requested, a.cancelled()]],
    ['uploaded', uploaded],
    ['half made', half],
    ['ready', ready],
    ['made anew', [...ready, a.reprocessed()]],
    ['renamed after it was ready', [...ready, a.updated({ title: 'x' })]],
    ['failed', [...uploaded, a.failed()]],
    ['deleted', [...ready, a.deleted()]],
  ])('is found when it is open, and left out when it is not: %s', (_what, events) => {
    const candidates: Candidates = { open: new Set() };
    for (const event of events) {
      addEvent(candidates, `${event.type}.${event.subject}`, () => event.type === 'video.packaged' && event.data.final);
    }
    const isOpen = entryFor(fold(events), null) !== null;
    expect([...candidates.open]).toEqual(isOpen ? [VIDEO_ID] : []);
  });
});
