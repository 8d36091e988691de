import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Endpoints } from '@rushes/infra/testing';
import type { VideoView } from '@rushes/shared/video';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Created, call, getEvents, until } from '../setup/client.ts';
import { SERVICES, type ServiceName } from './setup/services.ts';
import { expectClean, expectWhole } from './setup/truth.ts';
import { createWorld } from './setup/world.ts';

/**
 * Short uploads while services and servers are killed at random, one after the other. `CHAOS_VIDEOS` uploads (20), kills
 * from a seed that is printed (`CHAOS_SEED`). Bounded: there are no more kills than videos, they end with the last outcome,
 * and only own processes are killed.
 */
const VIDEOS = Number(process.env.CHAOS_VIDEOS ?? 20);
const SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);
/** Each uploads a video, waits for its outcome, and uploads the next. */
const CLIENTS = 4;
/** Between two kills, in milliseconds: long enough that what was killed is back, short enough to meet every video. */
const PAUSE_MS = 1_500;
/** The platform waits up to half a minute before it starts something again that was killed many times. */
const BACKOFF_SECONDS = 90;
const SERVERS = ['nats', 'mongod', 's3', 'sqs'] as const;

const world = createWorld();
const { api, endpoints, services, home } = world;
/** What is killed, in order; services twice as often as servers. */
const victims = fc.sample(fc.constantFrom(...SERVICES, ...SERVICES, ...SERVERS), { seed: SEED, numRuns: 1_000 });

beforeAll(() => services.startAll());
afterAll(() => services.stopAll());

describe(`${VIDEOS} uploads while services and servers are killed at random (seed ${SEED})`, () => {
  it('get one outcome each: none lost, none doubled, none stuck', async () => {
    const clips = { good: await world.shortClip(), bad: new URL(import.meta.url).pathname };
    const over = new AbortController();
    const kills = killAtRandom(over.signal);
    // Met below, when the uploads are done.
    kills.catch(() => undefined);
    const wanted = Array.from({ length: VIDEOS }, (_, index) => (index % 10 === 9 ? clips.bad : clips.good));
    const videos: VideoView[] = [];
    const stuck: string[] = [];
    const ids = await inParallel(wanted, CLIENTS, async (clip, index) => {
      const id = await uploadStubbornly(clip, index);
      await untilOutcome(id, 240).then(
        (video) => videos.push(video),
        () => stuck.push(id),
      );
      return id;
    });
    over.abort();
    const killed = await kills;
    await services.startAll();

    const statuses = Object.groupBy(videos, ({ status }) => status);
    const doubled: string[] = [];
    for (const { id } of videos) {
      const events = await getEvents(api, id);
      const outcomes = events.filter(
        ({ type, data }) => type === 'video.failed' || (type === 'video.packaged' && data.final),
      );
      if (outcomes.length !== 1) doubled.push(id);
    }
    const lost = ids.length - videos.length - stuck.length;
    console.log(
      `chaos: seed ${SEED}; killed ${killed.length} times (${countsOf(killed)}); ${ids.length} uploads: ` +
        `${videos.length} outcomes (${statuses.ready?.length ?? 0} ready, ${statuses.failed?.length ?? 0} failed as they should), ` +
        `${lost} lost, ${doubled.length} doubled, ${stuck.length} stuck`,
    );
    expect({ lost, doubled, stuck }).toEqual({ lost: 0, doubled: [], stuck: [] });
    expect(statuses.ready).toHaveLength(wanted.filter((clip) => clip === clips.good).length);
    for (const { error } of statuses.failed ?? []) expect(error?.code).toBe('not_a_video');
    for (const id of ids) await expectWhole(api, endpoints, id);
    await expectClean(endpoints);
  }, 900_000);
});

const current = async () => JSON.parse(await readFile(join(home, 'endpoints.json'), 'utf8')) as Endpoints;

/** Kills one thing after the other until told to stop; what was killed is back before the next. */
async function killAtRandom(signal: AbortSignal): Promise<string[]> {
  const killed: string[] = [];
  for (const name of victims.slice(0, VIDEOS)) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (signal.aborted) break;
    killed.push(name);
    if (isService(name)) await killService(name);
    else await killServer(name);
  }
  return killed;
}

const isService = (name: string): name is ServiceName => (SERVICES as readonly string[]).includes(name);

async function killService(name: ServiceName): Promise<void> {
  const service = services.running(name);
  service?.signal('SIGKILL');
  await service?.ended;
  await services.start(name, { impatient: true });
}

async function killServer(name: (typeof SERVERS)[number]): Promise<void> {
  const pid = (await current()).servers[name]?.pid;
  if (pid === undefined) return;
  process.kill(pid, 'SIGKILL');
  await until(
    `another ${name}`,
    current,
    ({ servers }) => ![undefined, pid].includes(servers[name]?.pid),
    BACKOFF_SECONDS,
  );
}

/** As a good client does: the same key and the same link again until it is told that the file is there. */
async function uploadStubbornly(path: string, index: number): Promise<string> {
  const { size } = await stat(path);
  const body = await readFile(path);
  // Now and then one with a tier of further codecs.
  const profile = index % 10 === 0 ? 'web' : 'fast';
  const wish = { title: `chaos ${index}`, filename: 'chaos.mp4', contentType: 'video/mp4', size, profile };
  const { video, upload } = await again('to register', async () => {
    const answer = await call(api, 'POST', '/v1/videos', wish, { 'idempotency-key': `chaos-${SEED}-${index}` });
    return answer.status === 201 ? (answer.json as Created) : null;
  });
  await again('to upload', async () => {
    const { status } = await fetch(upload.url, { method: 'PUT', headers: upload.headers, body });
    // 412: an earlier try has arrived, though its answer was lost.
    return status === 200 || status === 412 ? true : null;
  });
  return video.id;
}

async function again<T>(what: string, work: () => Promise<T | null>): Promise<T> {
  return until(
    what,
    () => work().catch(() => null),
    (result) => result !== null,
    120,
  ) as Promise<T>;
}

/** Asks through every outage. */
async function untilOutcome(id: string, seconds: number): Promise<VideoView> {
  const done = ['ready', 'failed'];
  return until(
    `${id} to be done`,
    async () => {
      const answer = await call(api, 'GET', `/v1/videos/${id}`).catch(() => undefined);
      return (answer?.status === 200 ? answer.json : { status: `HTTP ${answer?.status}` }) as VideoView;
    },
    ({ status, final }) => done.includes(status) && (status === 'failed' || final),
    seconds,
  );
}

async function inParallel<T, R>(
  list: readonly T[],
  width: number,
  work: (each: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const entries = list.entries();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const [index, each] of entries) results[index] = await work(each, index);
    }),
  );
  return results;
}

function countsOf(names: readonly string[]): string {
  const groups = Object.entries(Object.groupBy(names, (name) => name));
  return groups.map(([name, all]) => `${name} ${all?.length}`).join(', ');
}
