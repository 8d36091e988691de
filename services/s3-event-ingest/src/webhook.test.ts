import { Failure } from '@rushes/shared/errors';
import { createHttpServer } from '@rushes/shared/http';
import { createLogger } from '@rushes/shared/service';
import { describe, expect, it } from 'vitest';
import { addWebhook, type WebhookDeps } from './webhook.ts';

const TOKEN = 'a-long-secret';
const CREATED = JSON.stringify({ event_type: 'create', key: '/buckets/b/uploads/x/source', message: {} });

function serve(change: Partial<WebhookDeps> = {}) {
  const log = createLogger('test', 'silent');
  const recorded: string[] = [];
  const http = createHttpServer(log);
  addWebhook(http, {
    token: TOKEN,
    record: async ({ bucket, key }) => {
      recorded.push(`${bucket} ${key}`);
      return 'recorded';
    },
    probe: async () => undefined,
    log,
    ...change,
  });
  const post = (url: string, payload = CREATED, headers: Record<string, string> = {}) =>
    http.inject({ method: 'POST', url, payload, headers });
  return { recorded, post };
}

const bearer = { authorization: `Bearer ${TOKEN}` };

describe('the webhook lets in', () => {
  it.each([
    ['a bearer', '/webhooks/s3', bearer],
    ['a bearer in small letters', '/webhooks/s3', { authorization: `bearer ${TOKEN}` }],
    ['a token in the path', `/webhooks/s3/${TOKEN}`, {}],
  ])('%s', async (_what, url, headers) => {
    const { post, recorded } = serve();
    expect((await post(url, CREATED, headers)).statusCode).toBe(202);
    expect(recorded).toEqual(['b uploads/x/source']);
  });
});

describe('the webhook keeps out', () => {
  it.each([
    ['no token', '/webhooks/s3', {}],
    ['a wrong bearer', '/webhooks/s3', { authorization: 'Bearer a-long-secreT' }],
    ['the token without its scheme', '/webhooks/s3', { authorization: TOKEN }],
    ['a wrong path', '/webhooks/s3/a-long', {}],
  ])('%s', async (_what, url, headers) => {
    const { post, recorded } = serve();
    const answer = await post(url, CREATED, headers);
    expect(answer.statusCode).toBe(401);
    expect(answer.json()).toMatchObject({ code: 'unauthorized' });
    expect(recorded).toEqual([]);
  });

  it('everybody when no token is configured', async () => {
    const { post } = serve({ token: undefined });
    expect((await post('/webhooks/s3/undefined')).statusCode).toBe(401);
    expect((await post('/webhooks/s3', CREATED, { authorization: 'Bearer undefined' })).statusCode).toBe(401);
  });

  it('strangers before it reads what they send', async () => {
    const { post } = serve();
    expect((await post('/webhooks/s3', 'x'.repeat(2 ** 21))).statusCode).toBe(401);
  });
});

describe('a notification', () => {
  it.each([
    ['nothing', ''],
    ['blanks', ' \n'],
    ['a test event', '{"Event":"s3:TestEvent"}'],
    ['no records', '{"Records":[]}'],
    ['another document', '{"a":1}'],
    ['null', 'null'],
  ])('that is %s is taken', async (_what, body) => {
    const { post, recorded } = serve();
    expect((await post('/webhooks/s3', body, bearer)).statusCode).toBe(202);
    expect(recorded).toEqual([]);
  });

  it.each(['application/json', 'text/plain', 'application/octet-stream', 'application/x-www-form-urlencoded'])(
    'may call itself %s',
    async (type) => {
      const { post, recorded } = serve();
      expect((await post('/webhooks/s3', CREATED, { ...bearer, 'content-type': type })).statusCode).toBe(202);
      expect(recorded).toHaveLength(1);
    },
  );

  it('that is not JSON is refused', async () => {
    const answer = await serve().post('/webhooks/s3', '{', bearer);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'validation_failed' });
  });

  it('of more than a mebibyte is refused', async () => {
    const { post } = serve();
    const blanks = (bytes: number) => ' '.repeat(bytes - 2).concat('{}');
    expect((await post('/webhooks/s3', blanks(2 ** 20), bearer)).statusCode).toBe(202);
    expect((await post('/webhooks/s3', blanks(2 ** 20 + 1), bearer)).statusCode).toBe(413);
  });

  it('of an object that is not there is taken, since the store would send the same again', async () => {
    const { post } = serve({ record: async () => 'missing' });
    expect((await post('/webhooks/s3', CREATED, bearer)).statusCode).toBe(202);
  });

  it.each([
    ['the log', { probe: async () => Promise.reject(new Error('TIMEOUT')) }],
    ['the store', { record: async () => Promise.reject(new Failure('storage_unavailable')) }],
  ])('is to be sent again while %s is away', async (_what, change) => {
    const answer = await serve(change).post('/webhooks/s3', CREATED, bearer);
    expect(answer.statusCode).toBe(503);
    expect(answer.headers).toHaveProperty('retry-after');
  });
});
