import { createLogger } from '@rushes/shared/service';
import { a, createMemoryLog, VIDEO_ID } from '@rushes/shared/testing';
import { describe, expect, it } from 'vitest';
import { type RecordDeps, recordObject } from './record.ts';

const NOW = new Date('2026-01-01T00:01:00.000Z');
const OBJECT = { bucket: 'rushes-uploads', key: `uploads/${VIDEO_ID}/source` };

function setUp(isThere = true) {
  const eventLog = createMemoryLog('s3-event-ingest', () => NOW);
  const removed: string[] = [];
  const deps: RecordDeps = {
    eventLog,
    storage: {
      head: async (_bucket, key) =>
        isThere ? { key, size: 777, etag: 'real', lastModified: NOW, contentType: 'text/html' } : null,
      deletePrefix: async (bucket, prefix) => removed.push(`${bucket} ${prefix}`),
    },
    bucket: OBJECT.bucket,
    log: createLogger('test', 'silent'),
  };
  return { eventLog, removed, deps };
}

describe('recording an upload', () => {
  it('appends what the store says of the object, and of the request the rest', async () => {
    const { eventLog, deps } = setUp();
    eventLog.add(a.requested());
    expect(await recordObject(deps, OBJECT, 'sqs')).toBe('recorded');
    expect(eventLog.events().at(-1)).toMatchObject({
      type: 'video.uploaded',
      source: '/rushes/s3-event-ingest',
      causationid: `${VIDEO_ID}:1:requested`,
      data: {
        ...OBJECT,
        size: 777,
        etag: 'real',
        uploadedAt: NOW.toISOString(),
        via: 'sqs',
        contentType: 'video/quicktime',
        profile: 'web',
        visibility: 'public',
      },
    });
  });

  it('appends once, however often it is told', async () => {
    const { eventLog, deps } = setUp();
    eventLog.add(a.requested());
    await recordObject(deps, OBJECT, 'sqs');
    expect(await recordObject(deps, OBJECT, 'webhook')).toBe('settled');
    expect(eventLog.events()).toHaveLength(2);
  });

  it('carries nothing of the notification into the log', async () => {
    const { eventLog, deps } = setUp();
    eventLog.add(a.requested());
    await recordObject(deps, { ...OBJECT, kind: 'created' } as typeof OBJECT, 'sqs');
    expect(eventLog.events().at(-1)?.data).not.toHaveProperty('kind');
  });

  it('says that an object is missing and appends nothing', async () => {
    const { eventLog, deps } = setUp(false);
    eventLog.add(a.requested());
    expect(await recordObject(deps, OBJECT, 'sqs')).toBe('missing');
    expect(eventLog.events()).toHaveLength(1);
  });

  it.each([
    ['another bucket', { ...OBJECT, bucket: 'other' }],
    ['another folder', { ...OBJECT, key: `videos/${VIDEO_ID}/source` }],
    ['another name', { ...OBJECT, key: `uploads/${VIDEO_ID}/source.part` }],
    ['no video id', { ...OBJECT, key: 'uploads/abc/source' }],
  ])('leaves an object alone that is in %s', async (_where, object) => {
    const { removed, deps } = setUp();
    expect(await recordObject(deps, object, 'sqs')).toBe('foreign');
    expect(removed).toEqual([]);
  });

  it('leaves the object of a video alone that the log does not know', async () => {
    const { removed, deps } = setUp();
    expect(await recordObject(deps, OBJECT, 'sqs')).toBe('unknown');
    expect(removed).toEqual([]);
  });

  it('asks the leader before it gives a video up, since a follower may lag', async () => {
    const { eventLog, deps } = setUp();
    eventLog.add(a.requested());
    const lagging: RecordDeps['eventLog'] = {
      execute: eventLog.execute,
      read: (videoId, options) => eventLog.read(options?.fromLeader ? videoId : 'nobody'),
    };
    expect(await recordObject({ ...deps, eventLog: lagging }, OBJECT, 'sqs')).toBe('recorded');
  });

  it.each([
    ['cancelled', [a.requested(), a.cancelled()]],
    ['deleted', [a.requested(), a.deleted()]],
  ])('removes an object that comes after its video was %s', async (_what, events) => {
    const { eventLog, removed, deps } = setUp();
    eventLog.add(...events);
    expect(await recordObject(deps, OBJECT, 'sqs')).toBe('removed');
    expect(removed).toEqual([`rushes-uploads uploads/${VIDEO_ID}/`]);
    expect(eventLog.events()).toHaveLength(2);
  });

  it('removes the object when the video is deleted between the look and the append', async () => {
    const { eventLog, removed, deps } = setUp();
    eventLog.add(a.requested());
    const head: RecordDeps['storage']['head'] = async (bucket, key) => {
      eventLog.add(a.deleted());
      return deps.storage.head(bucket, key);
    };
    expect(await recordObject({ ...deps, storage: { ...deps.storage, head } }, OBJECT, 'sqs')).toBe('removed');
    expect(removed).toHaveLength(1);
  });
});
