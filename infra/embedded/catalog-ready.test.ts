import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { catalogReady } from './catalog-ready.ts';

let server: Server;
let url: string;
let asked = 0;
let answer: { status: number; body: object };
beforeEach(async () => {
  asked = 0;
  server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const degraded = (checks: Record<string, string>) => ({ status: 503, body: { status: 'degraded', checks } });
const READ_MODEL = degraded({ nats: 'ok', mongodb: 'ok', projection: 'the read model is of another log' });

/** Whether it resolved before it was given up, and what it said. */
async function wait(patienceMs: number, giveUp: () => boolean): Promise<{ ready: boolean; said: string[] }> {
  const said: string[] = [];
  const aborted = new AbortController();
  const timer = setInterval(() => giveUp() && aborted.abort(), 5);
  const ready = await catalogReady(url, aborted.signal, (line) => said.push(line), patienceMs).then(
    () => true,
    () => false,
  );
  clearInterval(timer);
  return { ready, said };
}

describe('catalogReady', () => {
  it('is ready when /readyz says so', async () => {
    answer = { status: 200, body: {} };
    expect(await wait(3_600_000, () => false)).toEqual({ ready: true, said: [] });
  });

  it('goes on without a read model after a while, and says what is missing', async () => {
    answer = READ_MODEL;
    expect(await wait(0, () => false)).toEqual({
      ready: true,
      said: ['! catalog serves no read model yet: the read model is of another log'],
    });
  });

  it('is patient with a read model that is just being built', async () => {
    answer = READ_MODEL;
    expect((await wait(3_600_000, () => asked >= 3)).ready).toBe(false);
  });

  it.each([
    degraded({ nats: 'no answer', mongodb: 'ok', projection: 'no answer' }),
    degraded({ nats: 'ok', mongodb: 'no answer', projection: 'ok' }),
    { status: 503, body: { status: 'starting', checks: { projection: 'no read model yet' } } },
  ])('is not ready while anything else is missing: %j', async (other) => {
    answer = other;
    expect(await wait(0, () => asked >= 3)).toEqual({ ready: false, said: [] });
  });
});
