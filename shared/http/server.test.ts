import { once } from 'node:events';
import { connect } from 'node:net';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Failure } from '../errors.ts';
import { ProblemError } from './problems.ts';
import { addRoute } from './register.ts';
import { routes } from './routes.ts';
import { createHttpServer } from './server.ts';

function serve() {
  const lines: string[] = [];
  const http = createHttpServer(pino({}, { write: (line: string) => void lines.push(line) }));
  return { http, lines };
}

const failing = (error: Error) => async () => Promise.reject(error);

describe('an error', () => {
  it.each([
    ['of ours', new ProblemError('wrong_state', 'Not now.'), 409, 'wrong_state', 'Not now.'],
    [
      'of something needed',
      new Failure('bus_unavailable', { detail: 'nats://secret' }),
      503,
      'unavailable',
      'Try again.',
    ],
    ['that nobody foresaw', new Error('at /etc/passwd'), 503, 'unavailable', 'Try again.'],
  ])('%s is answered as a problem that shows nothing of the inside', async (_whose, error, status, code, detail) => {
    const { http } = serve();
    http.get('/x', failing(error));
    const answer = await http.inject('/x');
    expect(answer.headers['content-type']).toMatch('application/problem+json');
    expect(answer.json()).toMatchObject({ status, code, detail: expect.stringContaining(detail) });
    expect(answer.body).not.toMatch(/secret|passwd/);
  });

  it('is logged with its route and never with its address, which may hold a token', async () => {
    const { http, lines } = serve();
    http.post('/webhooks/s3/:token', failing(new Error('away')));
    await http.inject({ method: 'POST', url: '/webhooks/s3/a-long-secret?key=another-secret' });
    expect(lines.join()).toContain('/webhooks/s3/:token');
    expect(lines.join()).not.toMatch(/a-long-secret|another-secret/);
  });
});

describe('a body', () => {
  const answers = () => {
    const { http } = serve();
    addRoute(http, routes.reprocessVideo, async ({ body }) => body);
    return async (payload: string, headers: Record<string, string>) => {
      const url = '/v1/videos/0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e/reprocess';
      return (await http.inject({ method: 'POST', url, payload, headers })).statusCode;
    };
  };

  it('may be left out where all of its fields may be, whether or not a type is named', async () => {
    const post = answers();
    expect(await post('', { 'content-type': 'application/json' })).toBe(200);
    expect(await post('', {})).toBe(200);
    expect(await post('{}', { 'content-type': 'application/json' })).toBe(200);
  });

  it.each(['{', '{"__proto__":{}}', '{"constructor":{"prototype":{}}}'])('that is %s is refused', async (payload) => {
    expect(await answers()(payload, { 'content-type': 'application/json' })).toBe(400);
  });
});

describe('a body that is refused before it was read', () => {
  it('is read to its end, so that the client gets its answer on a connection that stays whole', async () => {
    const { http } = serve();
    addRoute(http, routes.reprocessVideo, async () => null);
    const origin = await http.listen({ host: '127.0.0.1', port: 0 });
    const { hostname, port } = new URL(origin);
    const socket = connect(Number(port), hostname);
    const bytes = 3 * 1024 * 1024;
    const path = '/v1/videos/0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e/reprocess';
    const head = ['content-type: application/json', `content-length: ${bytes}`, 'host: x'].join('\r\n');
    let answer = '';
    socket.setEncoding('utf8').on('data', (text) => (answer += text));
    const closed = once(socket, 'close');
    socket.write(`POST ${path} HTTP/1.1\r\n${head}\r\n\r\n`);
    // Once another call is through, the refusal is decided; a server that closed here would reset the connection.
    for (let call = 0; call < 3; call += 1) await fetch(`${origin}/nothing`);
    expect(answer).toBe('');
    for (let sent = 0; sent < bytes; sent += 65_536) {
      if (!socket.write('x'.repeat(65_536))) await once(socket, 'drain');
    }
    await closed;
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain('payload_too_large');
    await http.close();
  });
});

describe('wrong fields', () => {
  it('are told in words for a person, each by its name', async () => {
    const { http } = serve();
    addRoute(http, routes.createVideo, async () => null);
    const payload = { title: 3, contentType: 'video/mp4', size: 1, visibility: 'x', metadata: { '': 'v' }, extra: 1 };
    const answer = await http.inject({ method: 'POST', url: '/v1/videos', payload });
    expect(answer.json().errors.toSorted((a: Named, b: Named) => a.path.localeCompare(b.path))).toEqual([
      { path: '/extra', message: 'is not known' },
      { path: '/filename', message: 'is missing' },
      { path: '/metadata/', message: 'has a name that must not be empty' },
      { path: '/title', message: 'must be of type string' },
      { path: '/visibility', message: 'must be one of public, signed' },
    ]);
  });
});

interface Named {
  path: string;
}
