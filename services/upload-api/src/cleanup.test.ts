import type { Delivery } from '@rushes/shared/bus';
import { createLogger } from '@rushes/shared/service';
import { a, createMemoryLog, VIDEO_ID } from '@rushes/shared/testing';
import { describe, expect, it } from 'vitest';
import { removeUpload } from './cleanup.ts';

function setUp() {
  const eventLog = createMemoryLog('test', () => new Date('2026-01-01T00:00:00Z'));
  const calls: string[] = [];
  const storage = {
    async deletePrefix(bucket: string, prefix: string) {
      calls.push(`delete ${bucket} ${prefix}`);
      return 1;
    },
    async abortUploads(bucket: string, prefix: string) {
      calls.push(`abort ${bucket} ${prefix}`);
      return 0;
    },
  };
  return { eventLog, calls, deps: { eventLog, storage, log: createLogger('test', 'silent') } };
}

const delivery = (verb: string): Delivery => ({
  subject: `video.${verb}.${VIDEO_ID}`,
  sequence: 1,
  deliveries: 1,
  body: '',
  traceparent: '',
  signal: new AbortController().signal,
  shouldYield: async () => false,
});

describe('removing what was uploaded', () => {
  it.each([
    ['deleted', a.deleted()],
    ['cancelled', a.cancelled()],
  ])('aborts the parts and removes the objects of a video that is %s', async (verb, event) => {
    const { eventLog, calls, deps } = setUp();
    eventLog.add(a.requested(), event);
    expect(await removeUpload(deps, delivery(verb))).toEqual({ kind: 'ack' });
    const folder = `rushes-uploads uploads/${VIDEO_ID}/`;
    expect(calls).toEqual([`abort ${folder}`, `delete ${folder}`]);
  });

  it('removes nothing when the log does not say that the video is gone', async () => {
    const { eventLog, calls, deps } = setUp();
    // A cancellation that came after the upload changes nothing, so the source must stay.
    eventLog.add(a.requested(), a.uploaded(), a.cancelled());
    expect(await removeUpload(deps, delivery('cancelled'))).toEqual({ kind: 'ack' });
    expect(calls).toEqual([]);
  });

  it('removes nothing of a video that nobody knows', async () => {
    const { calls, deps } = setUp();
    expect(await removeUpload(deps, delivery('deleted'))).toEqual({ kind: 'ack' });
    expect(calls).toEqual([]);
  });

  it('lets a failing store be heard, so that the message comes again', async () => {
    const { eventLog, deps } = setUp();
    eventLog.add(a.requested(), a.deleted());
    const deletePrefix = () => Promise.reject(new Error('503'));
    await expect(
      removeUpload({ ...deps, storage: { ...deps.storage, deletePrefix } }, delivery('deleted')),
    ).rejects.toThrow('503');
  });
});
