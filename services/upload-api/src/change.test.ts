import { a, VIDEO_ID } from '@rushes/shared/testing';
import { describe, expect, it } from 'vitest';
import { serve } from './test-server.ts';

const VIDEO = `/${VIDEO_ID}`;

describe('changing a video', () => {
  it('changes what is named and leaves the rest', async () => {
    const { call, log } = await serve();
    log.add(a.requested());
    const answer = await call('PATCH', VIDEO, { body: { title: 'New' } });
    expect(answer).toMatchObject({ status: 200, body: { video: { title: 'New', tags: ['sea'] } } });
    expect(answer.headers).toMatchObject({ 'rushes-seq': '2', etag: '"2"' });
  });

  it.each([
    ['"1"', 200],
    ['*', 200],
    ['W/"1"', 200],
    ['"0"', 412],
    ['"x"', 412],
  ])('under If-Match %s answers %i', async (ifMatch, status) => {
    const { call, log } = await serve();
    log.add(a.requested());
    const answer = await call('PATCH', VIDEO, { body: { title: 'New' }, headers: { 'if-match': ifMatch } });
    expect(answer.status).toBe(status);
    expect(log.events()).toHaveLength(status === 200 ? 2 : 1);
  });

  it('knows no video that the log does not know, with or without If-Match', async () => {
    const { call } = await serve();
    expect((await call('PATCH', VIDEO, { body: { title: 'New' } })).status).toBe(404);
    const headers = { 'if-match': '"1"' };
    expect((await call('PATCH', VIDEO, { body: { title: 'New' }, headers })).status).toBe(404);
  });

  it('refuses changes of a deleted video', async () => {
    const { call, log } = await serve();
    log.add(a.requested(), a.deleted());
    const answer = await call('PATCH', VIDEO, { body: { title: 'New' } });
    expect(answer).toMatchObject({ status: 409, body: { code: 'video_deleted' } });
  });
});

describe('deleting a video', () => {
  it('takes the same answer twice and appends once, also when the repetition names the version before', async () => {
    const { call, log } = await serve();
    log.add(a.requested());
    const headers = { 'if-match': '"1"' };
    expect(await call('DELETE', VIDEO, { headers })).toMatchObject({ status: 202, headers: { 'rushes-seq': '2' } });
    expect(await call('DELETE', VIDEO, { headers })).toMatchObject({ status: 202, headers: { 'rushes-seq': '2' } });
    expect(await call('DELETE', VIDEO)).toMatchObject({ status: 202, headers: { 'rushes-seq': '2' } });
    expect(log.events()).toHaveLength(2);
  });

  it('is not done to a version that has changed', async () => {
    const { call, log } = await serve();
    log.add(a.requested(), a.uploaded());
    expect((await call('DELETE', VIDEO, { headers: { 'if-match': '"1"' } })).status).toBe(412);
  });

  it('answers 404 for a video that never was', async () => {
    const { call } = await serve();
    expect((await call('DELETE', VIDEO)).status).toBe(404);
  });
});

describe('reprocessing', () => {
  it('starts the next generation, with another profile when one is named', async () => {
    const { call, log } = await serve();
    log.add(a.requested(), a.uploaded(), a.failed());
    const answer = await call('POST', `${VIDEO}/reprocess`, { body: { profile: 'fast' } });
    expect(answer).toMatchObject({
      status: 202,
      body: { video: { generation: 2, status: 'processing', error: null } },
    });
    expect(log.events().at(-1)).toMatchObject({ type: 'video.reprocessed', generation: 2, data: { profile: 'fast' } });
  });

  it('waits until the first making has ended', async () => {
    const { call, log } = await serve();
    log.add(a.requested(), a.uploaded());
    expect(await call('POST', `${VIDEO}/reprocess`)).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
  });
});
