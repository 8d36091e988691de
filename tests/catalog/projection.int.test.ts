import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../setup/client.ts';
import { type Catalog, makeReady, startCatalog, startWorld, untilReady, type World } from './harness.ts';
import { differencesFromLog } from './read-model.ts';
import { openLive } from './sse.ts';

let world: World;
const running: Catalog[] = [];

beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await Promise.all(running.map((catalog) => catalog.stop()));
  await world?.stop();
});

async function start(env: Record<string, string> = {}): Promise<Catalog> {
  const catalog = await startCatalog(world, env);
  running.push(catalog);
  return catalog;
}

function latest(): Catalog {
  const catalog = running.at(-1);
  if (catalog === undefined) throw new Error('no catalog was started');
  return catalog;
}

/** Waits until the read model has come to a sequence. */
const untilAt = (sequence: number) =>
  until(
    `the checkpoint to be at ${sequence}`,
    () => world.database.checkpoints.findOne({ _id: 'videos' }),
    (checkpoint) => (checkpoint?.sequence ?? 0) >= sequence,
  );

/** Videos made one after the other until told to stop; the last sequence. */
function keepMaking(): () => Promise<number> {
  let going = true;
  const making = (async () => {
    let last = 0;
    while (going) last = (await makeReady(world.eventLog)).lastSequence;
    return last;
  })();
  return () => {
    going = false;
    return making;
  };
}

describe('the projection', () => {
  it('comes to the fold of the log though replicas are killed again and again while it grows', async () => {
    const stopMaking = keepMaking();
    for (let round = 0; round < 3; round += 1) {
      const [old, young] = [await start(), await start()];
      const { sequence } = (await world.database.checkpoints.findOne({ _id: 'videos' })) ?? { sequence: 0 };
      // Whichever of the two has the lease: killed in the middle of its work.
      await untilAt(sequence + 20);
      await Promise.all([old.kill(), young.kill()]);
    }
    await start();
    await untilAt(await stopMaking());
    expect(await differencesFromLog(world)).toEqual([]);
  });

  it('is built anew from the log when the database is dropped', async () => {
    await world.database.db.dropDatabase();
    const { lastSequence } = await makeReady(world.eventLog);
    await untilAt(lastSequence);
    await untilReady(latest());
    expect(await differencesFromLog(world)).toEqual([]);
  });

  it('is shown live by a replica that does not do it', async () => {
    const standby = await start();
    const live = await openLive(`${standby.origin}/v1/live`);
    const { id, lastSequence } = await makeReady(world.eventLog);
    const seen = await live.until(({ data }) => data.id === id && data.status === 'ready');
    expect(seen.at(-1)?.id).toBe(lastSequence);
    live.close();
  });

  it('goes over to another replica at once when the one that does it is stopped', async () => {
    const [projecting] = running.slice(-2);
    expect(await projecting?.stop()).toBe(0);
    const { lastSequence } = await makeReady(world.eventLog);
    await untilAt(lastSequence);
    expect(await differencesFromLog(world)).toEqual([]);
  });

  it('makes all links anew for another CDN while the old ones are served and the log goes on', async () => {
    await latest().stop();
    const { id, lastSequence } = await makeReady(world.eventLog);
    const stopMaking = keepMaking();
    const catalog = await start({ CDN_BASE_URL: 'https://other.example/' });
    const bases: string[] = [];
    await until(
      'the new links',
      async () => {
        const answer = await call(catalog, 'GET', `/v1/videos/${id}`, undefined, {
          'rushes-min-seq': `${lastSequence}`,
        });
        expect(answer.status).toBe(200);
        bases.push(new URL(answer.json.playback.hls).hostname);
        return bases.at(-1);
      },
      (base) => base === 'other.example',
    );
    expect(new Set(bases).size).toBeLessThanOrEqual(2);
    await untilAt(await stopMaking());
    expect(await differencesFromLog(world)).toEqual([]);
    expect(await world.database.checkpoints.findOne({ _id: 'videos.next' })).toBeNull();
  });

  it('stops and says why when the read model belongs to another log, and goes on when that is mended', async () => {
    const catalog = latest();
    const { logId = '' } = (await world.database.checkpoints.findOne({ _id: 'videos' })) ?? {};
    await world.database.checkpoints.updateOne({ _id: 'videos' }, { $set: { logId: 'another' } });
    const stopped = await until(
      'the projection to stop',
      () => call(catalog, 'GET', '/readyz'),
      ({ status }) => status === 503,
    );
    expect(stopped.json.checks.projection).toMatch(/made from the log another.*rebuild/);
    await world.database.checkpoints.updateOne({ _id: 'videos' }, { $set: { logId } });
    const { lastSequence } = await makeReady(world.eventLog);
    await untilAt(lastSequence);
    await untilReady(catalog);
    expect(await differencesFromLog(world)).toEqual([]);
  });
});
