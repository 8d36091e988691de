import { routes } from '@rushes/shared/http';
import { describe, expect, it } from 'vitest';
import { mediaPathOf, targetOf } from './routing.ts';

const id = '0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e';

describe('the routing table', () => {
  it.each(Object.values(routes))('$method $path goes to $service', ({ method, path, service }) => {
    expect(targetOf(method, path.replace(':id', id))).toBe(service);
  });
  it.each([
    ['HEAD', `/v1/videos/${id}`, 'catalog'],
    ['HEAD', '/v1/videos', 'catalog'],
    ['OPTIONS', '/v1/videos', 'upload-api'],
    ['PUT', `/v1/videos/${id}`, 'upload-api'],
    ['GET', '/v1/webhooks', 'catalog'],
    ['POST', '/v1/webhooks', 'catalog'],
    ['GET', '/v1/dead-letters', 'catalog'],
    ['POST', '/webhooks/s3', 's3-event-ingest'],
    ['POST', '/webhooks/s3/token', 's3-event-ingest'],
    ['GET', '/openapi.json', 'catalog'],
    ['GET', '/docs', 'catalog'],
    ['GET', '/docs/page', 'catalog'],
    ['GET', '/asyncapi.json', 'catalog'],
    ['GET', '/schemas/video.json', 'catalog'],
    ['GET', `/media/videos/${id}/g1/hls/master.m3u8`, 'media'],
    ['GET', '/', 'web'],
    ['GET', `/embed/${id}`, 'web'],
    ['GET', `/videos/${id}`, 'web'],
    ['GET', '/v10', 'web'],
    ['GET', '/mediax', 'web'],
  ])('%s %s goes to %s', (method, path, target) => expect(targetOf(method, path)).toBe(target));
});

describe('a path below /media/', () => {
  it('names the object of a public video', () => {
    const key = `videos/${id}/g1/segments/h264-720/a1/00001.m4s`;
    expect(mediaPathOf(`/media/${key}`)).toEqual({ kind: 'object', key });
  });
  it.each([
    `/media/signed/${id}/g1/hls/master.m3u8`,
    `/media/%73igned/${id}/g1/hls/master.m3u8`,
    `/media/%2573igned/${id}/x`,
    `/media//signed/${id}/x`,
    `/media/videos/../signed/${id}/x`,
    `/media/videos/%2e%2e/signed/${id}/x`,
    `/media/videos%2f..%2fsigned%2f${id}%2fx`,
    `/media/videos\\..\\signed\\x`,
    '/media/SIGNED/x',
    '/media/signed',
  ])('%s is forbidden', (path) => expect(mediaPathOf(path)).toEqual({ kind: 'forbidden' }));
  it.each([
    '/media/',
    '/media/videos',
    '/media/videos/',
    '/media/other/x',
    `/media/videos/${id}/../x`,
    '/media/videos/a//b',
    '/media/videos/a/%00',
  ])('%s names nothing', (path) => expect(mediaPathOf(path)).toEqual({ kind: 'unknown' }));
});
