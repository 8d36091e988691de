import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Endpoints } from '@rushes/infra/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call, getEvents, getVideo, put, register, until } from '../setup/client.ts';
import { startProxy, type TcpProxy } from './setup/proxy.ts';
import { startStoreProxy } from './setup/store-proxy.ts';
import { expectHappy as expectVideoHappy } from './setup/truth.ts';
import { createWorld } from './setup/world.ts';

/** What happens when servers die, are cut off, or answer badly. Nothing is restarted by hand but what the platform restarts. */
const world = createWorld();
const { api, endpoints, services, home } = world;
let long: string;
let short: string;

beforeAll(async () => {
  long = await world.longClip();
  short = await world.shortClip();
});
afterEach(() => services.startAll());
beforeAll(() => services.startAll());
afterAll(() => services.stopAll());

const current = async () => JSON.parse(await readFile(join(home, 'endpoints.json'), 'utf8')) as Endpoints;
type ServerName = keyof Endpoints['servers'];

/** Kills a server as by `kill -9` and waits until the platform has started another. */
async function killServer(name: ServerName): Promise<void> {
  const pid = (await current()).servers[name]?.pid;
  if (pid === undefined) throw new Error(`${name} does not run here`);
  process.kill(pid, 'SIGKILL');
  await until(`another ${name}`, current, ({ servers }) => (servers[name]?.pid ?? pid) !== pid);
}

const readiness = async (service: keyof Endpoints['services']) => {
  const answer = await fetch(`${endpoints.services[service].url}/readyz`);
  return { status: answer.status, body: (await answer.json()) as { checks: Record<string, string> } };
};

async function upload(clip: string): Promise<string> {
  const created = await register(api, clip);
  expect(await put(created, clip)).toBe(200);
  return created.video.id;
}

const expectHappy = (id: string) => expectVideoHappy(api, endpoints, id);

describe('nats-server', () => {
  it('that is killed loses no event that was acknowledged, and everybody goes on by himself', async () => {
    await services.running('transcoder')?.stop();
    const transcoder = await services.start('transcoder', { steps: ['part'] });
    const id = await upload(long);
    await transcoder.reached('part', id);
    const acknowledged = await Promise.all(Array.from({ length: 20 }, () => register(api, short)));
    const before = await getEvents(api, id);
    await killServer('nats');
    transcoder.passAll();
    await expectHappy(id);
    expect((await getEvents(api, id)).slice(0, before.length)).toEqual(before);
    for (const { video } of acknowledged) {
      const read = await until(
        'the catalog',
        () => call(api, 'GET', `/v1/videos/${video.id}`),
        ({ status }) => status === 200,
      );
      expect(read.json).toMatchObject({ status: 'uploading' });
    }
  });

  it('that is away is told by /readyz, and by a 503 that says what to do', async () => {
    const proxy = await natsProxy();
    await services.running('upload-api')?.stop();
    await services.start('upload-api', { env: through(proxy) });
    proxy.set('refuse');
    const { body } = await until(
      'upload-api to be not ready',
      () => readiness('upload-api'),
      ({ status }) => status === 503,
    );
    expect(body.checks.nats).not.toBe('ok');
    proxy.set('pass');
    await until(
      'upload-api to be ready',
      () => readiness('upload-api'),
      ({ status }) => status === 200,
    );
    await services.running('upload-api')?.stop();
    await proxy.close();
  });

  it('that is cut off from a worker beyond its lease costs no attempt', async () => {
    const proxy = await natsProxy();
    await services.running('transcoder')?.stop();
    const transcoder = await services.start('transcoder', { steps: ['part'], env: through(proxy) });
    const id = await upload(long);
    await transcoder.reached('part', id);
    proxy.set('freeze');
    transcoder.go();
    await until(
      'the lease to have run out',
      async () => transcoder.output(),
      (text) => text.includes('could not renew a claim') || text.includes('connection to NATS lost'),
      30,
    );
    proxy.set('refuse');
    proxy.set('pass');
    transcoder.passAll();
    await expectHappy(id);
    await services.running('transcoder')?.stop();
    await proxy.close();
  });

  it('whose acknowledgement is lost, though the event is stored, stores it once', async () => {
    const proxy = await natsProxy();
    await services.running('transcoder')?.stop();
    const transcoder = await services.start('transcoder', { steps: ['output'], env: through(proxy) });
    const id = await upload(short);
    await transcoder.reached('output', id);
    // In the moment of the append the transcoder is heard, and hears nothing any more.
    proxy.deafOn(`video.transcoded.${id}`);
    transcoder.go();
    await until(
      'the loss to be noticed',
      async () => transcoder.output(),
      (text) => /no answer|lost/.test(text),
      30,
    );
    proxy.set('refuse');
    proxy.set('pass');
    await expectHappy(id);
    await services.running('transcoder')?.stop();
    await proxy.close();
  });
});

describe('mongod', () => {
  it('that is killed while events come in skips none and doubles none', async () => {
    const ids = (await Promise.all(Array.from({ length: 10 }, () => register(api, short)))).map(
      ({ video }) => video.id,
    );
    const renaming = (async () => {
      for (let round = 0; round < 10; round += 1) {
        await Promise.all(ids.map((id) => call(api, 'PATCH', `/v1/videos/${id}`, { title: `round ${round}` })));
      }
    })();
    await killServer('mongod');
    await renaming;
    for (const id of ids) {
      const video = await until(
        `the catalog to know of the last change of ${id}`,
        () => tryGet(id),
        (read) => read?.title === 'round 9',
      );
      expect(video).toMatchObject({ status: 'uploading' });
    }
  });
});

describe('the object store', () => {
  it('that is killed in the middle of an encode costs no attempt and no segment', async () => {
    await services.running('transcoder')?.stop();
    const transcoder = await services.start('transcoder', { steps: ['part'] });
    const id = await upload(long);
    await transcoder.reached('part', id);
    await killServer('s3');
    transcoder.passAll();
    await expectHappy(id);
  });

  it('that answers 503 and breaks off in the middle is asked again', async () => {
    const store = await startStoreProxy(endpoints.s3.endpoint);
    await services.running('transcoder')?.stop();
    const broken = new Set<string>();
    // Each object is refused once, and each read is broken off once after that.
    store.treat((method, path) => {
      const key = `${method} ${path.split('?')[0]}`;
      if (broken.has(`cut ${key}`) || method === 'HEAD') return 'pass';
      if (!broken.has(key)) {
        broken.add(key);
        return '503';
      }
      broken.add(`cut ${key}`);
      return method === 'GET' ? 'cut' : 'pass';
    });
    await services.start('transcoder', { env: { S3_ENDPOINT: store.endpoint } });
    await expectHappy(await upload(long));
    expect(store.hurt()).toBeGreaterThan(5);
    await services.running('transcoder')?.stop();
    await store.close();
  });

  it('that is away for long makes a stage wait and not fail', async () => {
    const store = await startStoreProxy(endpoints.s3.endpoint);
    await services.running('packager')?.stop();
    const packager = await services.start('packager', { env: { S3_ENDPOINT: store.endpoint } });
    store.treat(() => '503');
    const id = await upload(short);
    await until(
      'the packager to wait',
      async () => packager.output(),
      (text) => text.includes('taking no work until it does'),
      60,
    );
    expect((await getVideo(api, id)).status).toBe('processing');
    store.treat(() => 'pass');
    await expectHappy(id);
    await services.running('packager')?.stop();
    await store.close();
  });
});

describe('the queue', () => {
  it('that is killed loses no upload', async () => {
    const ids = await Promise.all(Array.from({ length: 3 }, () => upload(short)));
    await killServer('sqs');
    for (const id of ids) await expectHappy(id);
  });
});

async function natsProxy(): Promise<TcpProxy> {
  return startProxy(Number(new URL(endpoints.nats.url).port));
}

const through = (proxy: TcpProxy) => ({ NATS_URL: `nats://127.0.0.1:${proxy.port}` });

async function tryGet(id: string): Promise<Record<string, unknown> | undefined> {
  const answer = await call(api, 'GET', `/v1/videos/${id}`);
  return answer.status === 200 ? answer.json : undefined;
}
