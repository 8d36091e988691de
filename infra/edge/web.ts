import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { problemOf } from '@rushes/shared/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

export interface WebOptions {
  /** Folder of the Studio's built files; where it has no `index.html`, a page says what runs. */
  root: string;
  origin: string;
  /** Origins the page talks to besides its own: object store and CDN. */
  otherOrigins: readonly string[];
}

const WELCOME = readFileSync(new URL('./welcome.html', import.meta.url), 'utf8');

/** Answers everything that is neither API nor media. */
export async function createWeb(http: FastifyInstance, options: WebOptions) {
  const built = existsSync(join(options.root, 'index.html'));
  if (built) await http.register(fastifyStatic, { root: options.root, serve: false });
  const welcome = WELCOME.replaceAll('{{origin}}', options.origin);
  const policy = contentSecurityPolicy(options.otherOrigins);

  return (request: FastifyRequest, reply: FastifyReply, path: string): FastifyReply => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return nothingAt(request, reply, path);
    reply.headers({ 'content-security-policy': policy, 'x-content-type-options': 'nosniff' });
    // A player page is made to be shown inside others; the Studio is not.
    if (!path.startsWith('/embed/')) reply.header('x-frame-options', 'DENY');
    if (built) return sendBuilt(reply, path);
    if (path !== '/') return nothingAt(request, reply, path);
    return reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(welcome);
  };
}

/** Built files carry a hash in their name and never change; every other path is the page itself, which finds its own way. */
function sendBuilt(reply: FastifyReply, path: string): FastifyReply {
  if (path.startsWith('/assets/')) return reply.sendFile(path.slice(1), { maxAge: '365d', immutable: true });
  if (/\.[a-z0-9]+$/i.test(path)) return reply.sendFile(path.slice(1), { maxAge: '1h' });
  return reply.header('cache-control', 'no-cache').sendFile('index.html', { cacheControl: false });
}

function nothingAt(request: FastifyRequest, reply: FastifyReply, path: string): FastifyReply {
  return reply
    .code(404)
    .headers({ 'cache-control': 'no-store', 'content-type': 'application/problem+json' })
    .send(JSON.stringify(problemOf('not_found', `There is nothing at ${request.method} ${path}.`)));
}

/** Players feed video through blob addresses and workers; components set styles inline. */
function contentSecurityPolicy(origins: readonly string[]): string {
  const others = [...new Set(origins)].join(' ');
  return [
    "default-src 'self'",
    `connect-src 'self' ${others}`,
    `img-src 'self' data: blob: ${others}`,
    `media-src 'self' blob: ${others}`,
    "worker-src 'self' blob:",
    "style-src 'self' 'unsafe-inline'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; ');
}
