import { a, VIDEO_ID } from '@rushes/shared/testing';
import { describe, expect, it } from 'vitest';
import { BODY, NEW_ID, serve } from './test-server.ts';

describe('registering a video', () => {
  it('answers with the video, a link, and where to find both', async () => {
    const { call, log } = await serve();
    const answer = await call('POST', '', { body: BODY });
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({ location: `/v1/videos/${NEW_ID(1)}`, 'rushes-seq': '1', etag: '"1"' });
    expect(answer.body).toMatchObject({
      video: { id: NEW_ID(1), status: 'uploading', title: 'Harbour' },
      upload: {
        strategy: 'single',
        method: 'PUT',
        url: `https://s3.example/uploads/${NEW_ID(1)}/source?put`,
        headers: { 'content-type': 'video/quicktime', 'if-none-match': '*' },
        expiresAt: '2026-01-01T01:00:00.000Z',
        closesAt: '2026-01-02T00:00:00.000Z',
      },
    });
    expect(log.events()).toMatchObject([{ type: 'video.requested', data: { key: `uploads/${NEW_ID(1)}/source` } }]);
  });

  it('gives the same video for the same key and body, and appends nothing', async () => {
    const { call, log } = await serve();
    const headers = { 'idempotency-key': 'k' };
    const first = await call('POST', '', { body: BODY, headers });
    const second = await call('POST', '', { body: BODY, headers });
    expect(second).toMatchObject({ status: 201, body: first.body });
    expect(second.headers['rushes-seq']).toBe('1');
    expect(log.events()).toHaveLength(1);
  });

  it('uses the id that a crashed request reserved', async () => {
    const { call, log, reserved } = await serve();
    reserved.set('k', { videoId: VIDEO_ID, body: JSON.stringify(BODY) });
    const answer = await call('POST', '', { body: BODY, headers: { 'idempotency-key': 'k' } });
    expect(answer.body).toMatchObject({ video: { id: VIDEO_ID } });
    expect(log.events()).toHaveLength(1);
  });

  it('shows the video as it is by now when a key is used again later', async () => {
    const { call, log, reserved } = await serve();
    reserved.set('k', { videoId: VIDEO_ID, body: JSON.stringify(BODY) });
    log.add(a.requested(), a.uploaded());
    const answer = await call('POST', '', { body: BODY, headers: { 'idempotency-key': 'k' } });
    expect(answer).toMatchObject({ status: 201, body: { video: { status: 'processing' } } });
    expect(answer.headers['rushes-seq']).toBe('2');
  });

  it('refuses a key that was used with another body', async () => {
    const { call } = await serve();
    const headers = { 'idempotency-key': 'k' };
    await call('POST', '', { body: BODY, headers });
    const answer = await call('POST', '', { body: { ...BODY, size: 2 }, headers });
    expect(answer).toMatchObject({ status: 409, body: { code: 'idempotency_conflict' } });
  });

  it('names every wrong field and appends nothing', async () => {
    const { call, log } = await serve();
    const answer = await call('POST', '', { body: { title: '', size: 0, contentType: 'text/html', colour: 'red' } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    const paths = answer.body.errors.map((error: { path: string }) => error.path);
    expect(paths.toSorted()).toEqual(['/colour', '/contentType', '/filename', '/size', '/title']);
    expect(log.events()).toEqual([]);
  });

  it.each([
    ['a file too large for one PUT', { size: 5 * 1024 ** 3 + 1 }, 422, 'too_large_for_single'],
    ['half a surrogate pair', { title: '\ud800' }, 400, 'validation_failed'],
    ['a NUL in a metadata name', { metadata: { 'a\0': 'b' } }, 400, 'validation_failed'],
    ['an unknown profile', { profile: 'nope' }, 400, 'validation_failed'],
  ])('refuses %s', async (_what, change, status, code) => {
    const { call } = await serve();
    expect(await call('POST', '', { body: { ...BODY, ...change } })).toMatchObject({ status, body: { code } });
  });
});

describe('other origins', () => {
  it('may read what they need when they are allowed', async () => {
    const { call } = await serve();
    const { headers } = await call('POST', '', { body: BODY, headers: { origin: 'https://studio.example' } });
    expect(headers['access-control-allow-origin']).toBe('https://studio.example');
    expect(headers['access-control-expose-headers']).toContain('rushes-seq');
  });

  it('are not let in otherwise', async () => {
    const { call } = await serve();
    const { headers } = await call('POST', '', { body: BODY, headers: { origin: 'https://evil.example' } });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});
