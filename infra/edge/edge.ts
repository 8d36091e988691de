import type { IncomingHttpHeaders } from 'node:http';
import replyFrom from '@fastify/reply-from';
import { createHttpServer, drain, problemOf } from '@rushes/shared/http';
import type { Runtime } from '@rushes/shared/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isAmbiguous, mediaPathOf, type Target, targetOf } from './routing.ts';
import { createWeb, type WebOptions } from './web.ts';

export interface EdgeOptions {
  /** Base addresses of the services. */
  services: Record<Exclude<Target, 'media' | 'web'>, string>;
  /** Address of the media bucket, e.g. `http://127.0.0.1:8333/rushes-media`; read without credentials. */
  mediaBucketUrl: string;
  web: WebOptions;
  log: Runtime['log'];
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
  const web = await createWeb(http, options.web);
  http.get('/livez', async () => ({ status: 'alive' }));
  http.all('/*', (request, reply) => {
    const path = pathOf(request);
    const target = targetOf(request.method, path);
    if (target === 'media') return serveMedia(options, request, reply, path);
    if (isAmbiguous(path)) return send(reply, problemOf('validation_failed', 'The address cannot be read.'));
    if (target === 'web') return web(request, reply, path);
    return reply.from(options.services[target].replace(/\/$/, '') + request.url, {
      rewriteRequestHeaders: (_request, headers) => ({ ...headers, ...forwardedHeaders(request) }),
      onResponse: (_request, answered, { stream }) => {
        const answer = answered as unknown as FastifyReply;
        answer.send(stream);
        // Whoever listens for events learns that it is connected now, not with the first event.
        if (String(answer.getHeader('content-type')).startsWith('text/event-stream')) answer.raw.flushHeaders();
      },
      onError: async (failed, { error }) => {
        await drain(request.raw);
        unavailable(options.log, target, failed, error);
      },
      retryDelay: neverAgain,
    });
  });
  return http;
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0] ?? '/';
}

/** What is written over whatever a client claims about itself. */
function forwardedHeaders(request: FastifyRequest): IncomingHttpHeaders {
  return {
    forwarded: undefined,
    'x-forwarded-for': request.ip,
    'x-forwarded-host': request.headers.host,
    'x-forwarded-proto': request.protocol,
  };
}

/** By default a 503 of an upstream is asked again ten times, each time with its whole wait. */
const neverAgain = () => null;

function unavailable(log: Runtime['log'], target: string, reply: unknown, error: Error): void {
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
    retryDelay: neverAgain,
  });
}

function notThere() {
  return problemOf('not_found', 'There is no such file.');
}

function only(headers: IncomingHttpHeaders, names: readonly string[]): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name.toLowerCase())));
}
