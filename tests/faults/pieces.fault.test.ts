import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call, getEvents, put, register, until, untilDone } from '../setup/client.ts';
import { connectAs } from './setup/as-user.ts';
import type { RunningService } from './setup/services.ts';
import { expectClean, expectHappy } from './setup/truth.ts';
import { createWorld } from './setup/world.ts';

/** One long video that two transcoders share, and what happens when one of them does not live to see its end. */
const world = createWorld();
const { api, endpoints, services, home } = world;
const sharing = { env: { PIECES: '2' } };
let clip: string;
let transcoders: RunningService[] = [];

beforeAll(async () => {
  clip = await world.sharedClip();
  await services.startAll(['upload-api', 's3-event-ingest', 'thumbnailer', 'packager', 'catalog']);
});
afterEach(async () => {
  await Promise.all(transcoders.map((service) => service.stop()));
  transcoders = [];
});
afterAll(() => services.stopAll());

/** A video whose job is held by a transcoder that stands at its first segment, while another begins with its second half. */
async function share(helperSteps: readonly string[] = []): Promise<{
  id: string;
  leader: RunningService;
  helper: RunningService;
}> {
  const leader = await services.start('transcoder', { ...sharing, steps: ['part'] });
  const created = await register(api, clip, { profile: 'fast' });
  expect(await put(created, clip)).toBe(200);
  const { id } = created.video;
  await leader.reached('part', id);
  const helper = await services.start('transcoder', { ...sharing, beside: true, steps: helperSteps });
  transcoders = [leader, helper];
  return { id, leader, helper };
}

const says = (service: RunningService, text: string) =>
  until(
    `a transcoder to say: ${text}`,
    async () => service.output(),
    (said) => said.includes(text),
    60,
  );

/** The outcome after one of the two was killed: whoever starts next sweeps what the dead one left in scratch. */
async function expectHappyWithout(dead: RunningService, id: string): Promise<void> {
  await dead.ended;
  await untilDone(api, id, 90);
  transcoders.push(await services.start('transcoder', { ...sharing, beside: true }));
  await expectHappy(api, endpoints, id);
}

/** The folders in which the segments of the finished video's pictures stand. */
async function foldersOf(id: string): Promise<string[]> {
  const transcoded = (await getEvents(api, id)).find(({ type }) => type === 'video.transcoded');
  const renditions = (transcoded?.data.renditions ?? []) as { track: string }[];
  const keys = await Promise.all(
    renditions.map(async ({ track }) => {
      const facts = (await (await fetch(`${endpoints.media}/${track}`)).json()) as { segments: { key: string }[] };
      return facts.segments.map(({ key }) => key.split('/').at(-2) ?? key);
    }),
  );
  return [...new Set(keys.flat())].sort();
}

async function claimsOf(id: string): Promise<string[]> {
  const connection = await connectAs(home, 'admin');
  try {
    const kv = await connection.jetstream().views.kv('CLAIMS', { bindOnly: true });
    const keys: string[] = [];
    for await (const key of await kv.keys(`transcoder.${id}.>`)) keys.push(key);
    return keys;
  } finally {
    await connection.close();
  }
}

describe('a long video that two transcoders share', () => {
  it('is made by both of them, and has one outcome', async () => {
    const { id, leader, helper } = await share();
    await says(helper, 'a piece is made');
    leader.passAll();
    await expectHappy(api, endpoints, id);
    expect(await foldersOf(id)).toEqual(['a1', 'a1p1t1']);
    expect(await claimsOf(id)).toEqual([]);
  });

  it('loses nothing when the one who helps is killed: the other goes on where it was', async () => {
    const { id, leader, helper } = await share(['part']);
    await helper.reached('part', id);
    helper.go();
    await helper.reached('part', id);
    helper.signal('SIGKILL');
    leader.passAll();
    await expectHappyWithout(helper, id);
    expect(await foldersOf(id)).toEqual(['a1', 'a1p1t1', 'a1p1t2']);
  });

  it('loses nothing when the one who holds the job is killed: the next finds the pieces', async () => {
    const { id, leader, helper } = await share();
    await says(helper, 'a piece is made');
    leader.signal('SIGKILL');
    await expectHappyWithout(leader, id);
    expect(await foldersOf(id)).toEqual(expect.arrayContaining(['a1p1t1', 'a2']));
    expect(await foldersOf(id)).not.toContain('a2p1t2');
  });

  it('is given up by both when it is deleted', async () => {
    const { id, leader, helper } = await share(['part']);
    await helper.reached('part', id);
    expect((await call(api, 'DELETE', `/v1/videos/${id}`)).status).toBe(202);
    leader.passAll();
    helper.passAll();
    await expectClean(endpoints);
    await until(
      'no claim to be left',
      () => claimsOf(id),
      (keys) => keys.length === 0,
      15,
    );
  });
});
