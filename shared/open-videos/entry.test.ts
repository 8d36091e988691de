import { describe, expect, it } from 'vitest';
import { a } from '../testing/index.ts';
import { fold } from '../video/index.ts';
import { entryFor, isSameEntry, type OpenEntry, parseOpenEntry } from './entry.ts';

const uploading = [a.requested()];
const processing = [a.requested(), a.uploaded()];
const generation = (number: number): OpenEntry => ({
  kind: 'generation',
  generation: number,
  retries: 0,
  retriedAt: null,
  sequence: 0,
});

describe('what is still expected of a video', () => {
  it('is its upload until the object is there', () => {
    const upload = { kind: 'upload', closesAt: '2026-01-02T00:00:00.000Z' };
    expect(entryFor(fold(uploading), null)).toEqual(upload);
    expect(entryFor(fold(uploading), generation(1))).toEqual(upload);
  });

  it('is its upload until the renewed time', () => {
    const renewed = a.updated({ closesAt: '2026-01-03T00:00:00.000Z' });
    expect(entryFor(fold([...uploading, renewed]), null)).toMatchObject({ closesAt: '2026-01-03T00:00:00.000Z' });
  });

  it('is the outcome of its generation from then on', () => {
    expect(entryFor(fold(processing), null)).toEqual(generation(1));
    expect(entryFor(fold([...processing, a.failed(), a.reprocessed()]), generation(1))).toEqual(generation(2));
  });

  it('keeps what was counted for the same generation', () => {
    const counted: OpenEntry = {
      ...generation(1),
      kind: 'generation',
      retries: 2,
      retriedAt: 5,
      sequence: 9,
    } as OpenEntry;
    expect(entryFor(fold([...processing, a.inspected()]), counted)).toEqual(counted);
  });

  it.each([
    ['expired', [...uploading, a.expired()]],
    ['cancelled', [...uploading, a.cancelled()]],
    ['deleted', [...processing, a.deleted()]],
    ['failed', [...processing, a.failed()]],
    ['finished', [...processing, a.inspected(), a.transcoded(), a.thumbnailed(), a.packaged()]],
    ['unknown', []],
  ])('is nothing when it is %s', (_what, events) => {
    expect(entryFor(fold(events), generation(1))).toBeNull();
  });
});

describe('an entry', () => {
  it('is read as it was written', () => {
    expect(parseOpenEntry(JSON.stringify(generation(3)))).toEqual(generation(3));
  });

  it.each(['', 'x', '{}', '{"kind":"upload"}'])('is none when it says %s', (body) => {
    expect(parseOpenEntry(body)).toBeNull();
  });

  it('is the same one in any order of its fields', () => {
    const { kind, ...rest } = generation(1);
    expect(isSameEntry(generation(1), { ...rest, kind } as OpenEntry)).toBe(true);
    expect(isSameEntry(generation(1), generation(2))).toBe(false);
    expect(isSameEntry(null, generation(2))).toBe(false);
    expect(isSameEntry(null, null)).toBe(true);
  });
});
