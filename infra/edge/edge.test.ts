import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@rushes/shared/service';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../testing/free-port.ts';
import { createEdge } from './edge.ts';

const KEY = 'videos/0198f2c4/g1/hls/master.m3u8';
const servers: Server[] = [];
const seen: { name: string; method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
let dir: string;
let edge: FastifyInstance;
let origin: string;

/** A service that writes down what it got. */
async function upstream(name: string, answer: RequestListener): Promise<string> {
  const server = createServer(async (incoming, response) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    seen.push({ name, method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers, body });
    answer(incoming, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Path and query are sent exactly as given, which `fetch` does not do. */
async function send(method: string, path: string, headers: Record<string, string> = {}, body = '') {
  const { port } = new URL(origin);
  const outgoing = request({ port, host: '127.0.0.1', method, path, headers });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of incoming) text += chunk;
  const json = (incoming.headers['content-type'] ?? '').includes('json') && text !== '' ? JSON.parse(text) : undefined;
  return { status: incoming.statusCode, headers: incoming.headers, text, json };
}

const answersJson: RequestListener = (incoming, response) => {
  if (incoming.url === '/v1/videos/behind') return void response.writeHead(503, { 'retry-after': '1' }).end('{}');
  if (incoming.url?.endsWith('/live')) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    streams.push(response);
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json', 'rushes-seq': '7' }).end('{"ok":true}');
};
const streams: Parameters<RequestListener>[1][] = [];

const answersObject: RequestListener = (incoming, response) => {
  if (incoming.url === '/media-bucket/videos/closed/x')
    return void response.writeHead(403).end('<Error>secret words</Error>');
  if (incoming.url === '/media-bucket/videos/slow/x')
    return void response.writeHead(503).end('<Error>SlowDown</Error>');
  if (incoming.url !== `/media-bucket/${KEY}`) return void response.writeHead(404).end('<Error>NoSuchKey</Error>');
  const facts = {
    etag: '"abc"',
    'content-type': 'application/vnd.apple.mpegurl',
    'cache-control': 'max-age=60',
    server: 'Store',
  };
  if (incoming.headers['if-none-match'] === '"abc"') return void response.writeHead(304, facts).end();
  if (incoming.headers.range)
    return void response.writeHead(206, { ...facts, 'content-range': 'bytes 0-1/7' }).end('#E');
  response.writeHead(200, { ...facts, 'content-length': '7', 'x-amz-request-id': '1' }).end('#EXTM3U');
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rushes-web-'));
  edge = await createEdge({
    services: {
      'upload-api': await upstream('upload-api', answersJson),
      catalog: await upstream('catalog', answersJson),
      // Nobody is there.
      's3-event-ingest': `http://127.0.0.1:${await freePort()}`,
    },
    mediaBucketUrl: `${await upstream('media', answersObject)}/media-bucket`,
    web: { root: dir, origin: 'http://rushes.example', otherOrigins: ['http://store.example'] },
    log: createLogger('edge', 'silent'),
  });
  origin = await edge.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await edge.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await rm(dir, { recursive: true, force: true });
});

describe('the API behind the edge', () => {
  it('gets method, path, query and body as they were sent, and answers with its own headers', async () => {
    const body = '{"title":"ü"}';
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'k', 'x-forwarded-for': '6.6.6.6' };
    const answer = await send('POST', '/v1/videos?a=%20b', headers, body);
    expect(answer).toMatchObject({ status: 200, json: { ok: true }, headers: { 'rushes-seq': '7' } });
    const got = seen.at(-1);
    expect(got).toMatchObject({ name: 'upload-api', method: 'POST', url: '/v1/videos?a=%20b', body });
    expect(got?.headers).toMatchObject({ 'idempotency-key': 'k', 'x-forwarded-for': '127.0.0.1' });
  });

  it('is asked once, also when it answers 503', async () => {
    const before = seen.length;
    expect(await send('GET', '/v1/videos/behind')).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(seen.length).toBe(before + 1);
  });

  it('is reported as not running when nobody is there', async () => {
    const answer = await send('POST', '/webhooks/s3', { 'content-type': 'application/json' }, '{}');
    expect(answer).toMatchObject({ status: 503, json: { code: 'unavailable' } });
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  it('streams events as they come, and learns when the listener is gone', async () => {
    const gone = new AbortController();
    const response = await fetch(`${origin}/v1/live`, { signal: gone.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body?.getReader();
    const stream = streams.at(-1);
    stream?.write('data: 1\n\n');
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('data: 1\n\n');
    const closed = once(stream as NonNullable<typeof stream>, 'close');
    gone.abort();
    await closed;
  });

  it.each(['/v1/../metrics', '/v1/%2e%2E/metrics', '//v1/videos', '/v1/a%2fb', '/v1/\\evil', '/docs/./x'])(
    'never sees %s, which could mean something else to it',
    async (path) => {
      const before = seen.length;
      expect(await send('GET', path)).toMatchObject({ status: 400, json: { code: 'validation_failed' } });
      expect(seen.length).toBe(before);
    },
  );
});

describe('media behind the edge', () => {
  it('come with what a player needs and nothing of the store', async () => {
    const answer = await send('GET', `/media/${KEY}?uploads&acl`, { authorization: 'Bearer x', cookie: 'a=b' });
    expect(answer).toMatchObject({ status: 200, text: '#EXTM3U' });
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'cache-control': 'max-age=60',
      'content-type': 'application/vnd.apple.mpegurl',
      etag: '"abc"',
    });
    expect(answer.headers).not.toHaveProperty('x-amz-request-id');
    const got = seen.at(-1);
    expect(got?.url).toBe(`/media-bucket/${KEY}`);
    expect(got?.headers).not.toHaveProperty('authorization');
    expect(got?.headers).not.toHaveProperty('cookie');
  });

  it('answer ranges, conditions and HEAD', async () => {
    const range = await send('GET', `/media/${KEY}`, { range: 'bytes=0-1' });
    expect(range).toMatchObject({ status: 206, text: '#E', headers: { 'content-range': 'bytes 0-1/7' } });
    expect(await send('GET', `/media/${KEY}`, { 'if-none-match': '"abc"' })).toMatchObject({ status: 304, text: '' });
    const head = await send('HEAD', `/media/${KEY}`);
    expect(head).toMatchObject({ status: 200, text: '', headers: { 'content-length': '7', etag: '"abc"' } });
  });

  it('may be asked for by every page', async () => {
    const preflight = await send('OPTIONS', `/media/${KEY}`, {
      origin: 'http://x',
      'access-control-request-method': 'GET',
    });
    expect(preflight).toMatchObject({ status: 204, headers: { 'access-control-allow-origin': '*' } });
    expect(preflight.headers['access-control-allow-headers']).toContain('range');
  });

  it.each([
    ['videos/none/x', 404, 'not_found'],
    ['videos/closed/x', 404, 'not_found'],
    ['videos/slow/x', 503, 'unavailable'],
    ['elsewhere', 404, 'not_found'],
    ['signed/a/x', 403, 'forbidden'],
    ['%73igned/a/x', 403, 'forbidden'],
    ['/signed/a/x', 403, 'forbidden'],
    ['videos/../signed/a/x', 403, 'forbidden'],
  ])('at %s answer %i with a problem document of our own', async (path, status, code) => {
    const answer = await send('GET', `/media/${path}`);
    expect(answer).toMatchObject({ status, json: { code } });
    expect(answer.text).not.toContain('<Error>');
    expect(answer.headers['access-control-allow-origin']).toBe('*');
  });

  it.each(['PUT', 'POST', 'DELETE'])('take no %s', async (method) => {
    const before = seen.length;
    expect((await send(method, `/media/${KEY}`)).status).toBe(405);
    expect(seen.length).toBe(before);
  });
});

describe('pages at the edge', () => {
  it('say what runs while there is no Studio', async () => {
    const page = await send('GET', '/');
    expect(page.status).toBe(200);
    expect(page.text).toContain('curl -s http://rushes.example/v1/videos');
    expect(page.headers['content-security-policy']).toContain("connect-src 'self' http://store.example");
    expect(await send('GET', '/nowhere')).toMatchObject({ status: 404, json: { code: 'not_found' } });
  });

  it('are the Studio’s, where it is built', async () => {
    await mkdir(join(dir, 'assets'));
    await writeFile(join(dir, 'index.html'), '<p>Studio</p>');
    await writeFile(join(dir, 'assets/app-1a2b.js'), 'hello()');
    const withStudio = await createEdge({
      services: { 'upload-api': origin, catalog: origin, 's3-event-ingest': origin },
      mediaBucketUrl: origin,
      web: { root: dir, origin, otherOrigins: [] },
      log: createLogger('edge', 'silent'),
    });
    for (const url of ['/', '/videos/0198f2c4', '/embed/0198f2c4']) {
      const page = await withStudio.inject({ url });
      expect(page).toMatchObject({ statusCode: 200, body: '<p>Studio</p>' });
      expect(page.headers['cache-control']).toBe('no-cache');
      expect(page.headers['x-frame-options']).toBe(url.startsWith('/embed') ? undefined : 'DENY');
    }
    const asset = await withStudio.inject({ url: '/assets/app-1a2b.js' });
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect((await withStudio.inject({ url: '/assets/none.js' })).statusCode).toBe(404);
    await withStudio.close();
  });
});
