import { describe, expect, it } from 'vitest';
import { parseUploadApiConfig } from './config.ts';

const env = {
  NATS_URL: '127.0.0.1:4222',
  UPLOADS_BUCKET: 'rushes-uploads',
  MEDIA_BUCKET: 'rushes-media',
  CDN_BASE_URL: 'https://cdn.example/media/',
};

describe('the configuration', () => {
  it('has the defaults of the documentation', () => {
    expect(parseUploadApiConfig(env)).toMatchObject({
      HOST: '127.0.0.1',
      UPLOAD_TTL: 86_400_000,
      UPLOAD_URL_TTL: 3_600_000,
      MAX_UPLOAD_BYTES: 53_687_091_200,
      ALLOWED_ORIGINS: [],
      CDN_BASE_URL: 'https://cdn.example/media',
    });
  });

  it('reads a list of origins', () => {
    const { ALLOWED_ORIGINS } = parseUploadApiConfig({ ...env, ALLOWED_ORIGINS: 'https://a.example, http://b:8080' });
    expect(ALLOWED_ORIGINS).toEqual(['https://a.example', 'http://b:8080']);
  });

  it.each([
    ['CDN_BASE_URL', { CDN_BASE_URL: 'cdn' }],
    ['ALLOWED_ORIGINS', { ALLOWED_ORIGINS: 'https://a.example/' }],
    ['UPLOAD_URL_TTL', { UPLOAD_URL_TTL: '8d' }],
    ['UPLOAD_TTL', { UPLOAD_TTL: '0s' }],
    ['MAX_UPLOAD_BYTES', { MAX_UPLOAD_BYTES: '6000000000000' }],
    ['RECONCILE_INTERVAL', { RECONCILE_INTERVAL: '0s' }],
    ['NATS_URL', { NATS_URL: '' }],
  ])('names a wrong %s', (name, change) => {
    expect(() => parseUploadApiConfig({ ...env, ...change })).toThrow(`${name}:`);
  });
});
