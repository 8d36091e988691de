import type { IncomingHttpHeaders } from 'node:http';
import replyFrom from '@fastify/reply-from';
import fastifyStatic from '@fastify/static';
import { createHttpServer, problemOf } from '@rushes/shared/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { mediaPathOf, type Target, targetOf } from './routing.ts';

export interface EdgeOptions {
  /** Base addresses of the services. */
  services: Record<Exclude<Target, 'media' | 'web'>, string>;
  /** Address of the media bucket, e.g. `http://127.0.0.1:8333/rushes-media`; read without credentials. */
  mediaBucketUrl: string;
  /** Folder of the Studio's files, with an `index.html`. */
  webRoot: string;
  log: Logger;
}

/** One origin for API, media and Studio: what a load balancer and a CDN do elsewhere. It knows no rules but `routes.json`. */
export async function createEdge(options: EdgeOptions): Promise<FastifyInstance> {
  const http = createHttpServer(options.log);
  // Bodies pass through unread; each service has limits of its own.
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  await http.register(replyFrom, {
    // Live updates are answers that never end.
    undici: { connections: 256, pipelining: 1, bodyTimeout: 0, headersTimeout: 60_000 },
  });
  await http.register(fastifyStatic, { root: options.webRoot, serve: false });
  http.get('/livez', async () => ({ status: 'alive' }));
  http.all('/*', (request, reply) => {
    const path = pathOf(request);
    const target = targetOf(request.method, path);
    if (target === 'media') return serveMedia(options, request, reply, path);
    if (target === 'web') return serveWeb(request, reply, path);
    return reply.from(new URL(request.url, options.services[target]).href, {
      onError: (failed, { error }) => unavailable(options.log, target, failed, error),
    });
  });
  return http;
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0] ?? '/';
}

function unavailable(log: Logger, target: string, reply: unknown, error: Error): void {
  log.warn({ err: error, target }, 'upstream does not answer');
  send(reply as FastifyReply, problemOf('unavailable', 'This part does not answer right now. Try again.'));
}

function send(reply: FastifyReply, problem: ReturnType<typeof problemOf>): FastifyReply {
  if (problem.status === 503) reply.header('retry-after', '1');
  return reply
    .code(problem.status)
    .headers({ 'cache-control': 'no-store', 'content-type': 'application/problem+json' })
    .send(JSON.stringify(problem));
}

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'etag, content-length, content-range, accept-ranges',
};
/** What a player may ask with; nothing that names a user goes on to the store. */
const MEDIA_REQUEST_HEADERS = ['range', 'if-none-match', 'if-modified-since', 'if-range', 'accept', 'accept-encoding'];
const MEDIA_ANSWER_HEADERS = [
  ...['content-type', 'content-length', 'content-range', 'content-encoding', 'accept-ranges', 'etag'],
  ...['last-modified', 'cache-control', 'date', 'vary'],
];

function serveMedia(options: EdgeOptions, request: FastifyRequest, reply: FastifyReply, path: string): FastifyReply {
  reply.headers(CORS);
  if (request.method === 'OPTIONS') {
    const allow = {
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers': 'range, if-none-match',
    };
    return reply
      .code(204)
      .headers({ ...allow, 'access-control-max-age': '86400' })
      .send();
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return send(reply.header('allow', 'GET, HEAD, OPTIONS'), {
      ...problemOf('forbidden', 'Media can only be read.'),
      status: 405,
    });
  }
  const media = mediaPathOf(path);
  if (media.kind === 'forbidden') return send(reply, problemOf('forbidden', 'This needs a playback token.'));
  if (media.kind === 'unknown') return send(reply, notThere());
  return reply.from(`${options.mediaBucketUrl}/${media.key}`, {
    // The store's own calls (listings, policies) hide behind query strings.
    queryString: {},
    rewriteRequestHeaders: (_request, headers) => only(headers, MEDIA_REQUEST_HEADERS),
    rewriteHeaders: (headers) => ({ ...only(headers, MEDIA_ANSWER_HEADERS), ...CORS }),
    onResponse: (_request, answered, upstream) => {
      const answer = answered as unknown as FastifyReply;
      const { statusCode, stream } = upstream as unknown as { statusCode: number; stream: NodeJS.ReadableStream };
      if (statusCode < 400 || statusCode === 416) return answer.send(stream);
      stream.resume();
      for (const name of MEDIA_ANSWER_HEADERS) answer.removeHeader(name);
      // A store that may not be listed answers 403 for what is not there.
      const missing = statusCode === 403 || statusCode === 404;
      return send(answer, missing ? notThere() : problemOf('unavailable', 'Storage does not answer. Try again.'));
    },
    onError: (failed, { error }) => unavailable(options.log, 'media', failed, error),
  });
}

function notThere() {
  return problemOf('not_found', 'There is no such file.');
}

function only(headers: IncomingHttpHeaders, names: readonly string[]): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name.toLowerCase())));
}

/** Built files carry a hash in their name and never change; every other path is the page itself, which finds its own way. */
async function serveWeb(request: FastifyRequest, reply: FastifyReply, path: string): Promise<FastifyReply> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return send(reply, problemOf('not_found', `There is nothing at ${request.method} ${path}.`));
  }
  if (path.startsWith('/assets/')) {
    return reply.sendFile(path.slice(1), { maxAge: '365d', immutable: true });
  }
  if (/\.[a-z0-9]+$/i.test(path)) return reply.sendFile(path.slice(1), { maxAge: '1h' });
  return reply.header('cache-control', 'no-cache').sendFile('index.html', { cacheControl: false });
}
