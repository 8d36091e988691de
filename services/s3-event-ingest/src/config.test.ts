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

  it('looks for what was missed once a minute, and calls an hour of silence stuck', () => {
    const { RECONCILE_INTERVAL, STUCK_AFTER } = parseIngestConfig({ ...env, S3_WEBHOOK_TOKEN: 'secret' });
    expect([RECONCILE_INTERVAL, STUCK_AFTER]).toEqual([60_000, 3_600_000]);
  });

  it.each(['RECONCILE_INTERVAL', 'STUCK_AFTER'])('refuses a %s below a second', (name) => {
    expect(() => parseIngestConfig({ ...env, S3_WEBHOOK_TOKEN: 'secret', [name]: '999ms' })).toThrow(`${name}:`);
  });

  it('names a wrong queue', () => {
    expect(() => parseIngestConfig({ ...env, SQS_QUEUE_URL: 'uploads' })).toThrow('SQS_QUEUE_URL:');
  });
});
