import type { OpenVideosPage } from '@rushes/shared/open-videos';
import { createLogger } from '@rushes/shared/service';
import { a, createMemoryLog, VIDEO_ID } from '@rushes/shared/testing';
import { describe, expect, it } from 'vitest';
import { type ExpireDeps, expireUploads } from './expire.ts';

/** The sample's upload closes at 2026-01-02. */
const LATE = new Date('2026-01-02T00:00:00.000Z');
const CLOSES_AT = LATE.toISOString();
const open = (closesAt = CLOSES_AT): OpenVideosPage => ({
  videos: [{ videoId: VIDEO_ID, entry: { kind: 'upload', closesAt }, revision: 3 }],
  next: null,
});

function setUp(change: Partial<ExpireDeps> = {}) {
  const eventLog = createMemoryLog('upload-api', () => LATE);
  const aborted: string[] = [];
  const deps: ExpireDeps = {
    eventLog,
    storage: {
      head: async () => null,
      abortUploads: async (bucket, prefix) => aborted.push(`${bucket} ${prefix}`),
    },
    openVideos: async () => open(),
    now: () => LATE,
    log: createLogger('test', 'silent'),
    ...change,
  };
  const expire = (from = 0) => expireUploads(deps, from, new AbortController().signal);
  const verbs = () => eventLog.events().map(({ type }) => type.slice('video.'.length));
  return { eventLog, aborted, deps, expire, verbs };
}

describe('an upload that has run out of time', () => {
  it('expires, and its parts are aborted', async () => {
    const { eventLog, aborted, expire, verbs } = setUp();
    eventLog.add(a.requested());
    await expire();
    expect(verbs()).toEqual(['requested', 'expired']);
    expect(aborted).toEqual([`rushes-uploads uploads/${VIDEO_ID}/`]);
  });

  it('expires once', async () => {
    const { eventLog, expire, verbs } = setUp();
    eventLog.add(a.requested());
    await expire();
    await expire();
    expect(verbs()).toEqual(['requested', 'expired']);
  });

  it('is left to the ingest when the object is there', async () => {
    const head: ExpireDeps['storage']['head'] = async (_bucket, key) => ({
      key,
      size: 1,
      etag: 'e',
      lastModified: LATE,
      contentType: '',
    });
    const { eventLog, aborted, expire, verbs } = setUp({ storage: { head, abortUploads: async () => 0 } });
    eventLog.add(a.requested());
    await expire();
    expect([verbs(), aborted]).toEqual([['requested'], []]);
  });
});

describe('an upload stays', () => {
  const renewed = a.updated({ closesAt: '2026-01-03T00:00:00.000Z' });

  it('open when it was renewed and the index does not know it yet', async () => {
    const { eventLog, expire, verbs } = setUp();
    eventLog.add(a.requested(), renewed);
    await expire();
    expect(verbs()).toEqual(['requested', 'updated']);
  });

  it('open when it is renewed in the very moment', async () => {
    const { eventLog, deps, expire, verbs } = setUp();
    eventLog.add(a.requested());
    deps.storage.head = async () => {
      eventLog.add(renewed);
      return null;
    };
    await expire();
    expect(verbs()).toEqual(['requested', 'updated']);
  });

  it.each([
    ['uploaded', a.uploaded()],
    ['cancelled', a.cancelled()],
    ['deleted', a.deleted()],
  ])('%s when it is so, whatever the index says', async (verb, event) => {
    const { eventLog, expire, verbs } = setUp();
    eventLog.add(a.requested(), event);
    await expire();
    expect(verbs()).toEqual(['requested', verb]);
  });

  it('unread while the index says that there is time', async () => {
    const read = () => Promise.reject(new Error('was read'));
    const { deps } = setUp({ openVideos: async () => open('2026-01-02T00:00:00.001Z') });
    const quiet = { ...deps, eventLog: { ...deps.eventLog, read } };
    expect(await expireUploads(quiet, 0, new AbortController().signal)).toBe(0);
  });
});

describe('the way through the index', () => {
  it('goes from page to page, ten at most, and tells where to go on', async () => {
    const asked: number[] = [];
    const openVideos = async (from: number) => {
      asked.push(from);
      return { videos: [], next: from + 1_000 };
    };
    const { expire } = setUp({ openVideos });
    expect(await expire(5)).toBe(10_005);
    expect(asked).toHaveLength(10);
  });

  it('begins anew at its end', async () => {
    const { expire } = setUp({ openVideos: async () => ({ videos: [], next: null }) });
    expect(await expire(700)).toBe(0);
  });
});
