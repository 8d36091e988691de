import { a, VIDEO_ID } from '@rushes/shared/testing';
import { describe, expect, it } from 'vitest';
import { serve } from './test-server.ts';

const VIDEO = `/${VIDEO_ID}`;

describe('the upload', () => {
  it('is cancelled once, and again without a change', async () => {
    const { call, log } = await serve();
    log.add(a.requested());
    expect(await call('DELETE', `${VIDEO}/upload`)).toMatchObject({ status: 204, headers: { 'rushes-seq': '2' } });
    expect(await call('DELETE', `${VIDEO}/upload`)).toMatchObject({ status: 204, headers: { 'rushes-seq': '2' } });
    expect(log.events()).toHaveLength(2);
  });

  it('is renewed with a fresh time limit', async () => {
    const { call, log } = await serve();
    log.add(a.requested({ closesAt: '2025-01-01T00:00:00.000Z' }));
    const answer = await call('POST', `${VIDEO}/upload/renew`);
    expect(answer).toMatchObject({ status: 200, body: { upload: { closesAt: '2026-01-02T00:00:00.000Z' } } });
  });

  it('is shown while it is open, without parts', async () => {
    const { call, log } = await serve();
    log.add(a.requested());
    expect(await call('GET', `${VIDEO}/upload`)).toMatchObject({
      status: 200,
      body: { upload: { method: 'PUT' }, parts: [] },
    });
  });

  const after = {
    uploaded: [a.requested(), a.uploaded()],
    expired: [a.requested(), a.expired()],
    cancelled: [a.requested(), a.cancelled()],
    deleted: [a.requested(), a.deleted()],
  };
  it.each([
    ['GET', '/upload', 'uploaded', 'already_uploaded'],
    ['GET', '/upload', 'expired', 'wrong_state'],
    ['GET', '/upload', 'cancelled', 'wrong_state'],
    ['GET', '/upload', 'deleted', 'video_deleted'],
    ['POST', '/upload/renew', 'uploaded', 'already_uploaded'],
    ['POST', '/upload/renew', 'expired', 'wrong_state'],
    ['POST', '/upload/renew', 'deleted', 'video_deleted'],
    ['DELETE', '/upload', 'uploaded', 'already_uploaded'],
    ['DELETE', '/upload', 'deleted', 'video_deleted'],
  ] as const)('%s %s of a video that is %s answers %s', async (method, path, state, code) => {
    const { call, log } = await serve();
    log.add(...after[state]);
    expect(await call(method, VIDEO + path)).toMatchObject({ status: 409, body: { code } });
  });

  it.each([
    ['/upload/parts', { partNumbers: [1] }],
    ['/upload/complete', { parts: [{ partNumber: 1, etag: 'e' }] }],
  ])('has no parts to %s', async (path, body) => {
    const { call, log } = await serve();
    log.add(a.requested());
    expect(await call('POST', VIDEO + path, { body })).toMatchObject({ status: 409, body: { code: 'not_multipart' } });
  });
});

describe('the source', () => {
  it('is a redirect that nobody stores', async () => {
    const { call, log } = await serve();
    log.add(a.requested(), a.uploaded());
    const answer = await call('GET', `${VIDEO}/source`);
    expect(answer.status).toBe(302);
    expect(answer.headers).toMatchObject({
      location: `https://s3.example/uploads/${VIDEO_ID}/source?get=harbour.mov`,
      'cache-control': 'no-store',
    });
  });

  it('is not there before the upload', async () => {
    const { call, log } = await serve();
    log.add(a.requested());
    expect(await call('GET', `${VIDEO}/source`)).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
  });

  it.each([
    ['GET', '/source'],
    ['POST', '/reprocess'],
  ] as const)('%s %s says that the object is gone', async (method, path) => {
    const { call, log } = await serve({ storage: { head: async () => null } });
    log.add(a.requested(), a.uploaded(), a.failed());
    expect(await call(method, VIDEO + path)).toMatchObject({ status: 409, body: { code: 'source_missing' } });
  });
});
