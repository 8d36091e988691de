import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { call, getEvents, getVideo, put, register, until, untilDone } from '../setup/client.ts';

const endpoints = inject('endpoints');
const api = { origin: endpoints.origin };
const text = join(inject('home'), 'not-a-video.mp4');

beforeAll(() => writeFile(text, 'This is a text, whatever its name says.\n'.repeat(50)));

describe('a text that calls itself a video', () => {
  it('fails in seconds, with a sentence that a person understands', async () => {
    const created = await register(api, text);
    expect(await put(created, text)).toBe(200);
    const video = await untilDone(api, created.video.id, 20);
    expect(video).toMatchObject({
      status: 'failed',
      playback: null,
      error: { stage: 'transcoder', code: 'not_a_video', message: expect.stringContaining('no video') },
    });
    expect((await getEvents(api, video.id)).map(({ type }) => type)).toEqual([
      'video.requested',
      'video.uploaded',
      'video.failed',
    ]);
  });
});

describe('the presigned link', () => {
  it('takes the object once', async () => {
    const created = await register(api, text);
    expect(await put(created, text)).toBe(200);
    expect(await put(created, text)).toBe(412);
  });

  it('takes nothing larger than announced', async () => {
    const created = await register(api, text, { size: 10 });
    expect(await put(created, text)).toBe(403);
  });

  it('takes no other type, and needs every header as given', async () => {
    const created = await register(api, text);
    const other = {
      ...created,
      upload: { ...created.upload, headers: { ...created.upload.headers, 'content-type': 'text/html' } },
    };
    expect(await put(other, text)).toBe(403);
    const { 'if-none-match': _, ...without } = created.upload.headers;
    expect(await put({ ...created, upload: { ...created.upload, headers: without } }, text)).toBe(403);
  });
});

describe('a wrong request', () => {
  it('names every wrong field', async () => {
    const answer = await call(api, 'POST', '/v1/videos', {
      title: '',
      filename: 'a.mp4',
      contentType: 'text/plain',
      size: 0,
      colour: 'red',
    });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.json).toMatchObject({ code: 'validation_failed', status: 400 });
    expect(answer.json.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
      '/colour',
      '/contentType',
      '/size',
      '/title',
    ]);
  });

  it.each(['0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e', 'nonsense'])('for the unknown video %s is not found', async (id) => {
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['GET', '/events', undefined],
      ['PATCH', '', { title: 'x' }],
      ['DELETE', '', undefined],
      ['GET', '/source', undefined],
    ] as const) {
      const answer = await call(api, method, `/v1/videos/${id}${path}`, body);
      expect(answer, `${method} ${path}`).toMatchObject({ status: 404, json: { code: 'not_found' } });
    }
  });

  it('with a query parameter that is not known is refused', async () => {
    expect(await call(api, 'GET', '/v1/videos?colour=red')).toMatchObject({
      status: 400,
      json: { code: 'validation_failed' },
    });
  });

  it('that is no JSON is refused', async () => {
    const response = await fetch(`${api.origin}/v1/videos`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'validation_failed' });
  });
});

describe('an upload that was called off', () => {
  it('is cancelled, again without change, and a late object is removed', async () => {
    const created = await register(api, text);
    const { id } = created.video;
    expect((await call(api, 'DELETE', `/v1/videos/${id}/upload`)).status).toBe(204);
    expect((await call(api, 'DELETE', `/v1/videos/${id}/upload`)).status).toBe(204);
    expect(
      await until(
        'cancelled',
        () => getVideo(api, id),
        ({ status }) => status === 'cancelled',
      ),
    ).toMatchObject({
      upload: { status: 'cancelled' },
    });
    expect(await put(created, text)).toBe(200);
    // The link works again only when the late object is gone.
    await until(
      'the late object to be removed',
      () => put(created, text),
      (status) => status === 200,
    );
  });

  it('cannot be cancelled once it is there', async () => {
    const created = await register(api, text);
    await put(created, text);
    await untilDone(api, created.video.id);
    expect(await call(api, 'DELETE', `/v1/videos/${created.video.id}/upload`)).toMatchObject({
      status: 409,
      json: { code: 'already_uploaded' },
    });
  });
});

describe('an idempotency key', () => {
  const body = { title: 'once', filename: 'a.mp4', contentType: 'video/mp4', size: 5 };
  it('gives the same video for the same body, and a conflict for another', async () => {
    const headers = { 'idempotency-key': `key-${Date.now()}` };
    const [first, second] = await Promise.all([
      call(api, 'POST', '/v1/videos', body, headers),
      call(api, 'POST', '/v1/videos', body, headers),
    ]);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.json.video.id).toBe(first.json.video.id);
    expect(await call(api, 'POST', '/v1/videos', { ...body, size: 6 }, headers)).toMatchObject({
      status: 409,
      json: { code: 'idempotency_conflict' },
    });
  });
});
