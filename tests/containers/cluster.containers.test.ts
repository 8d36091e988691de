import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { getEvents, register, until } from '../setup/client.ts';
import {
  bootstrap,
  natsAliases,
  prepareSystem,
  removeSystem,
  type System,
  startServers,
  startServices,
} from './setup/system.ts';
import { createWorld, longClip, shortClip, type World } from './setup/world.ts';

interface StreamState {
  lastSequence: number;
  replicas: number;
  leader: string;
  others: { name: string; current: boolean; offline: boolean }[];
}

let system: System;
let world: World;

beforeAll(async () => {
  system = await prepareSystem({ run: inject('run'), name: 'cluster', natsNodes: 3 });
  world = createWorld(system);
  await startServers(system);
  await bootstrap(system);
  await startServices(system);
  await world.containers.untilReady();
});
afterAll(() => removeSystem(system));

const stream = (name: string) => world.containers.inside<StreamState>('keeper', 'stream.mjs', name);

describe('a NATS cluster of three', () => {
  it('keeps the log, the claims and the hand-offs on all three', async () => {
    for (const name of ['VIDEO', 'SEGMENTS', 'RETRIES', 'PIECES', 'KV_CLAIMS', 'KV_IDEMPOTENCY', 'KV_OPEN_VIDEOS']) {
      const state = await until(
        `${name} to be everywhere`,
        () => stream(name),
        ({ others }) => others.length === 2 && others.every(({ current }) => current),
      );
      expect(state.replicas, name).toBe(3);
      expect([state.leader, ...state.others.map((other) => other.name)].sort()).toEqual(natsAliases(system));
    }
  });

  it('goes on when the node that leads the log is killed during work, and loses no event it has acknowledged', async () => {
    const { api, containers, upload, untilWhole } = world;
    const short = await shortClip();
    const ids = await Promise.all([longClip(), longClip(), shortClip()].map(async (clip) => upload(await clip)));
    await until(
      'the work to have begun',
      () => getEvents(api, ids[0] ?? ''),
      (events) => events.some(({ type }) => type === 'video.inspected'),
    );
    const acknowledged: string[] = [];
    let enough = false;
    const client = async () => {
      // While a leader is chosen the answer is a 503; only what was answered with 201 counts.
      while (!enough) await register(api, short).then(({ video }) => acknowledged.push(video.id), refusedForNow);
    };
    const clients = Promise.all([client(), client()]);
    const acknowledgements = (least: number) =>
      until(
        'acknowledged requests',
        async () => acknowledged.length,
        (count) => count >= least,
      );
    await acknowledgements(10);
    const { leader } = await stream('VIDEO');
    await containers.kill(leader);
    await acknowledgements(acknowledged.length + 20);
    enough = true;
    await clients;

    for (const id of ids) await untilWhole(id, 120);
    for (const id of acknowledged) {
      expect(
        (await getEvents(api, id)).map(({ type }) => type),
        id,
      ).toEqual(['video.requested']);
    }
    await untilWhole(await upload(short), 120);
    expect((await stream('VIDEO')).leader).not.toBe(leader);

    await containers.startAgain(leader);
    const whole = await until(
      'the log to be on all three again',
      () => stream('VIDEO'),
      ({ others }) => others.every(({ current, offline }) => current && !offline),
    );
    expect(whole.others).toHaveLength(2);
  });
});

function refusedForNow(error: unknown): void {
  if (!(error instanceof Error) || !error.message.includes(': 503 ')) throw error;
}
