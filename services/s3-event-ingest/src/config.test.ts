import { describe, expect, it } from 'vitest';
import { parseIngestConfig } from './config.ts';

const env = { NATS_URL: '127.0.0.1:4222', UPLOADS_BUCKET: 'rushes-uploads', MEDIA_BUCKET: 'rushes-media' };

describe('the configuration', () => {
  it.each([
    ['a queue', { SQS_QUEUE_URL: 'http://127.0.0.1:9324/000000000000/uploads' }],
    ['a webhook', { S3_WEBHOOK_TOKEN: 'secret' }],
  ])('is enough with %s', (_what, change) => {
    expect(parseIngestConfig({ ...env, ...change })).toMatchObject(change);
  });

  it('is refused with neither: no upload would ever be noticed', () => {
    expect(() => parseIngestConfig(env)).toThrow(/SQS_QUEUE_URL.*S3_WEBHOOK_TOKEN/);
  });

  it('names a wrong queue', () => {
    expect(() => parseIngestConfig({ ...env, SQS_QUEUE_URL: 'uploads' })).toThrow('SQS_QUEUE_URL:');
  });
});
