import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../setup/client.ts';
import { type Catalog, makeReady, request, startCatalog, startWorld, untilReady, type World } from './harness.ts';
import { differencesFromLog } from './read-model.ts';
import { type Rebuild, rebuildWith, writeHome } from './rebuild-command.ts';

let world: World;
let catalog: Catalog;
let home: string;

beforeAll(async () => {
  world = await startWorld();
  catalog = await startCatalog(world);
  await untilReady(catalog);
  home = await mkdtemp(join(tmpdir(), 'rushes-home-'));
  await writeHome(home, world);
  for (let made = 0; made < 30; made += 1) await makeReady(world.eventLog);
});
afterAll(async () => {
  await catalog?.stop();
  await world?.stop();
  await rm(home, { recursive: true, force: true });
});

const rebuild = (...args: string[]): Rebuild => rebuildWith(args, { RUSHES_HOME: home });
const served = () => world.database.checkpoints.findOne({ _id: 'videos' });
const unfinished = () => world.database.checkpoints.findOne({ _id: 'videos.rebuild' });

/** Waits until the running catalog has projected a new video, which it answers. */
async function untilGoingOn(): Promise<void> {
  const { id, lastSequence } = await makeReady(world.eventLog);
  await until(
    'the projection to go on',
    () => call(catalog, 'GET', `/v1/videos/${id}`, undefined, { 'rushes-min-seq': String(lastSequence) }),
    ({ status }) => status === 200,
  );
}

/** Spoils what the served read model says of a video that was just made; its id. */
async function spoilOne(): Promise<string> {
  const { id, lastSequence } = await request(world.eventLog);
  const checkpoint = await until('the projection', served, (one) => (one?.sequence ?? 0) >= lastSequence);
  await world.database
    .videos(checkpoint?.collection ?? '')
    .updateOne({ _id: id }, { $set: { 'view.title': 'spoilt' } });
  return id;
}

describe('npm run rebuild', () => {
  it('makes the same read model anew while the old one serves and the log grows, and lets it serve', async () => {
    const before = await served();
    let going = true;
    const making = (async () => {
      while (going) await makeReady(world.eventLog);
    })();
    const { code, output } = await rebuild().done;
    going = false;
    await making;
    expect(output).toMatch(/events\/s/);
    expect(output).toMatch(/ 0 differ/);
    expect(code).toBe(0);
    const after = await served();
    expect(after?.collection).not.toBe(before?.collection);
    expect((await world.database.checkpoints.findOne({ _id: 'videos.previous' }))?.collection).toBe(before?.collection);
    expect(await unfinished()).toBeNull();
    await untilGoingOn();
    expect(await differencesFromLog(world)).toEqual([]);
    const indexes = async (collection = '') =>
      (await world.database.videos(collection).indexes()).map(({ name }) => name);
    expect((await indexes(after?.collection)).sort()).toEqual((await indexes(before?.collection)).sort());
  });

  it('goes back to what served before, which catches up by itself', async () => {
    const [now, before] = [await served(), await world.database.checkpoints.findOne({ _id: 'videos.previous' })];
    const { code, output } = await rebuild('--rollback').done;
    expect([code, output]).toEqual([0, expect.stringMatching(/serves again/)]);
    expect((await served())?.collection).toBe(before?.collection);
    await untilGoingOn();
    expect(await differencesFromLog(world)).toEqual([]);
    // And forth again.
    expect((await rebuild('--rollback').done).code).toBe(0);
    expect((await served())?.collection).toBe(now?.collection);
    await untilGoingOn();
    expect(await differencesFromLog(world)).toEqual([]);
  });

  it('names what differs though the same version made it, and does not switch unless it is forced to', async () => {
    const id = await spoilOne();
    const before = await served();
    const refused = await rebuild().done;
    expect(refused.output).toContain(`  ${id}  `);
    expect(refused.output).toMatch(/ 1 differ.*not switched/s);
    expect([refused.code, (await served())?.collection]).toEqual([1, before?.collection]);
    await untilGoingOn();
    expect((await rebuild('--force').done).code).toBe(0);
    expect((await served())?.collection).not.toBe(before?.collection);
    await untilGoingOn();
    expect(await differencesFromLog(world)).toEqual([]);
  });

  it('reports what differs and switches when another version made what serves', async () => {
    const id = await spoilOne();
    await world.database.checkpoints.updateOne({ _id: 'videos' }, { $set: { foldVersion: 'another' } });
    const { code, output } = await rebuild().done;
    expect(output).toContain(id);
    expect(output).toMatch(/as may be: what makes documents has changed/);
    expect(code).toBe(0);
    await untilGoingOn();
    expect(await differencesFromLog(world)).toEqual([]);
  });

  it('only compares when that is asked for, and leaves what it built for the next run', async () => {
    const before = await served();
    const { code, output } = await rebuild('--compare').done;
    expect([code, output]).toEqual([0, expect.stringMatching(/ 0 differ/)]);
    expect((await served())?.collection).toBe(before?.collection);
    expect(await unfinished()).not.toBeNull();
    await untilGoingOn();
  });

  it('goes on where it was stopped, though documents are further than their checkpoint', async () => {
    await world.database.checkpoints.updateOne({ _id: 'videos.rebuild' }, { $set: { sequence: 40 } });
    const building = await unfinished();
    const { code, output } = await rebuild().done;
    expect(output).toContain(`going on with ${building?.collection} at sequence 40 `);
    expect(output).toMatch(/ 0 differ/);
    expect([code, (await served())?.collection]).toEqual([0, building?.collection]);
    await untilGoingOn();
    expect(await differencesFromLog(world)).toEqual([]);
  });

  it('is repeated without harm after kill -9', async () => {
    const killed = rebuild();
    await until(
      'it to begin',
      async () => killed.output(),
      (output) => output.includes('building'),
    );
    await killed.kill();
    const { code, output } = await rebuild().done;
    expect([code, output]).toEqual([0, expect.stringMatching(/ 0 differ/)]);
    await untilGoingOn();
    expect(await differencesFromLog(world)).toEqual([]);
  });

  it('has nothing to compare with when what serves belongs to another log: says so and switches', async () => {
    await world.database.checkpoints.updateOne({ _id: 'videos' }, { $set: { logId: 'another' } });
    const { code, output } = await rebuild().done;
    expect([code, output]).toEqual([0, expect.stringMatching(/nothing to compare with: .* log another/)]);
    await untilReady(catalog);
    await untilGoingOn();
    expect(await differencesFromLog(world)).toEqual([]);
  });

  it('does not go back to what belongs to another log', async () => {
    const before = await served();
    const { code, output } = await rebuild('--rollback').done;
    expect([code, output]).toEqual([1, expect.stringMatching(/^rebuild: .*made from the log another/)]);
    expect((await served())?.collection).toBe(before?.collection);
  });

  it('says what is wrong with its arguments, or that nothing runs, in one line', async () => {
    const wrong = await rebuild('--swich').done;
    expect([wrong.code, wrong.output]).toEqual([1, expect.stringMatching(/^rebuild: .*--swich.*\n$/)]);
    const nowhere = await rebuildWith([], { RUSHES_HOME: join(home, 'nowhere') }).done;
    expect([nowhere.code, nowhere.output]).toEqual([1, expect.stringMatching(/^rebuild: .*is Rushes running.*\n$/)]);
    const silent = await rebuildWith([], { RUSHES_HOME: home, NATS_URL: 'nats://127.0.0.1:1' }).done;
    expect([silent.code, silent.output]).toEqual([
      1,
      expect.stringMatching(/^rebuild: NATS at .*does not answer.*\n$/),
    ]);
    expect(await rebuild('--help').done).toMatchObject({ code: 0, output: expect.stringContaining('--rollback') });
  });
});
