import { a, given } from '@rushes/shared/testing';
import { describe, expect, it } from 'vitest';
import { nextStep, uploadedAt } from './step.ts';

describe('what is done about an object', () => {
  it.each([
    ['nobody knows the video', [], true, 'unknown'],
    ['nobody knows the video and nothing is there', [], false, 'unknown'],
    ['the video waits for it', [a.requested()], true, 'record'],
    ['the video waits for it, but it is not there', [a.requested()], false, 'missing'],
    ['the time limit has passed', [a.requested(), a.expired()], true, 'record'],
    ['it is recorded already', [a.requested(), a.uploaded()], true, 'settled'],
    ['it is recorded already and gone since', [a.requested(), a.uploaded()], false, 'settled'],
    ['the video has failed', [a.requested(), a.uploaded(), a.failed()], true, 'settled'],
    ['the upload was cancelled', [a.requested(), a.cancelled()], true, 'remove'],
    ['the upload was cancelled and nothing is there', [a.requested(), a.cancelled()], false, 'settled'],
    ['the video was deleted', [a.requested(), a.deleted()], true, 'remove'],
    ['the video was deleted after its upload', [a.requested(), a.uploaded(), a.deleted()], true, 'remove'],
  ] as const)('when %s', (_when, events, isThere, step) => {
    expect(nextStep(given(...events).state, isThere)).toBe(step);
  });
});

describe('the time of an upload', () => {
  it("is the store's", () => {
    const lastModified = new Date('2026-01-01T00:01:00.000Z');
    expect(uploadedAt(lastModified, '2026-01-01T00:00:00.500Z')).toBe('2026-01-01T00:01:00.000Z');
  });

  it('is not before the request, though stores cut it to whole seconds', () => {
    const lastModified = new Date('2026-01-01T00:00:00.000Z');
    expect(uploadedAt(lastModified, '2026-01-01T00:00:00.500Z')).toBe('2026-01-01T00:00:00.500Z');
  });
});
