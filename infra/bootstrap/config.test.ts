import { describe, expect, it } from 'vitest';
import { parseBootstrapConfig } from './config.ts';

const nats = { NATS_URL: 'nats://nats:4222' };

describe('parseBootstrapConfig', () => {
  it('prepares NATS alone where nothing else is named', () => {
    const config = parseBootstrapConfig(nats);
    expect(config).toMatchObject({ buckets: undefined, queue: undefined, replicaSet: undefined, everyMs: undefined });
    expect(config.nats).toMatchObject({ url: 'nats://nats:4222', replicas: 1, ackWaitMs: 30_000 });
  });

  it("takes the queue's name and server from its address, the server also from elsewhere", () => {
    const SQS_QUEUE_URL = 'https://sqs.eu-west-1.amazonaws.com/123456789012/uploads';
    expect(parseBootstrapConfig({ ...nats, SQS_QUEUE_URL }).queue).toMatchObject({
      endpoint: 'https://sqs.eu-west-1.amazonaws.com',
      name: 'uploads',
    });
    const elsewhere = parseBootstrapConfig({ ...nats, SQS_QUEUE_URL, SQS_ENDPOINT: 'http://sqs:9324' });
    expect(elsewhere.queue?.endpoint).toBe('http://sqs:9324');
  });

  it('goes to AWS for buckets without an endpoint, and reads origins as a list', () => {
    const buckets = { UPLOADS_BUCKET: 'uploads', MEDIA_BUCKET: 'media', S3_REGION: 'eu-west-1' };
    expect(parseBootstrapConfig({ ...nats, ...buckets, ALLOWED_ORIGINS: 'http://a, http://b,' }).buckets).toEqual({
      endpoint: 'https://s3.eu-west-1.amazonaws.com',
      region: 'eu-west-1',
      uploadsBucket: 'uploads',
      mediaBucket: 'media',
      allowedOrigins: ['http://a', 'http://b'],
      distribution: undefined,
    });
  });

  it('has the store tell the queue of uploads where it is asked to', () => {
    const names = { UPLOADS_BUCKET: 'uploads', MEDIA_BUCKET: 'media', SQS_QUEUE_URL: 'https://sqs.example/1/q' };
    expect(parseBootstrapConfig({ ...nats, ...names }).announce).toBe(false);
    expect(parseBootstrapConfig({ ...nats, ...names, ANNOUNCE_UPLOADS: 'true' }).announce).toBe(true);
  });

  it.each([
    ['NATS_URL', {}],
    ['MEDIA_BUCKET', { ...nats, UPLOADS_BUCKET: 'uploads' }],
    ['UPLOADS_BUCKET', { ...nats, MEDIA_BUCKET: 'media' }],
    ['MONGODB_URL', { ...nats, MONGODB_REPLICA_SET: 'rs0' }],
    ['NATS_REPLICAS', { ...nats, NATS_REPLICAS: '0' }],
    ['BOOTSTRAP_EVERY', { ...nats, BOOTSTRAP_EVERY: '10' }],
    ['CLOUDFRONT_DISTRIBUTION_ARN', { ...nats, CLOUDFRONT_DISTRIBUTION_ARN: 'E2QWRUHAPOMQZL' }],
    ['UPLOADS_BUCKET', { ...nats, ANNOUNCE_UPLOADS: 'true', SQS_QUEUE_URL: 'https://sqs.example/1/q' }],
    ['SQS_QUEUE_URL', { ...nats, ANNOUNCE_UPLOADS: 'true', UPLOADS_BUCKET: 'uploads', MEDIA_BUCKET: 'media' }],
  ])('names %s where it is missing or wrong', (name, env) => {
    expect(() => parseBootstrapConfig(env)).toThrow(`  ${name}: `);
  });
});
