import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getVideo, put, register, until } from '../setup/client.ts';
import { type Listed, readPlaylists, stepsOf } from '../setup/playlists.ts';
import { expectHappy } from './setup/truth.ts';
import { createWorld } from './setup/world.ts';

/** A transcoder that dies behind the beginning of a video: what plays goes on growing, and becomes whole. */
const world = createWorld();
const { api, endpoints, services } = world;
let clip: string;

beforeAll(async () => {
  clip = await world.longClip();
  await services.startAll();
});
afterAll(() => services.stopAll());

/** Reads the playlists again and again until it is told to stop, and once more then; every reading. */
function watch(master: string): { stop: () => Promise<Map<string, Listed>[]> } {
  let isOver = false;
  const readings: Map<string, Listed>[] = [];
  const watching = until(
    'the end of the watch',
    async () => {
      readings.push(await readPlaylists(master));
    },
    () => isOver,
    120,
  );
  // Met by whoever stops it.
  watching.catch(() => undefined);
  return {
    async stop() {
      isOver = true;
      await watching;
      return [...readings, await readPlaylists(master)];
    },
  };
}

/** No playlist ever gets shorter, none is taken away, and until its end each is only added to. */
function expectGrowth(readings: readonly Map<string, Listed>[]): void {
  for (const [index, reading] of readings.entries()) {
    for (const [track, before] of readings[index - 1] ?? []) {
      const now = reading.get(track);
      expect(now?.segments.length ?? 0, track).toBeGreaterThanOrEqual(before.segments.length);
      expect(now?.seconds ?? 0, track).toBeGreaterThanOrEqual(before.seconds - 0.001);
      if (now?.hasEnd === false) expect(now.text.startsWith(before.text), track).toBe(true);
    }
  }
}

const POINTS: [string, number][] = [
  ['as soon as the beginning is in the log', 0],
  ['a segment later', 1],
  ['three segments later', 3],
];

describe.each(POINTS)('a transcoder that is killed %s', (_title, later) => {
  it('leaves a video that plays, goes on growing and becomes whole', async () => {
    await services.running('transcoder')?.stop();
    const victim = await services.start('transcoder', { steps: ['appended', 'part'] });
    const created = await register(api, clip);
    const { id } = created.video;
    expect(await put(created, clip)).toBe(200);
    for (let time = 1; time <= 2; time += 1) {
      await victim.reached('appended', id);
      if (time === 1) victim.go();
    }
    for (let part = 1; part <= later; part += 1) {
      victim.go();
      await victim.reached('part', id);
    }
    const { playback } = await until(
      'the beginning to play',
      () => getVideo(api, id),
      ({ status }) => status === 'playable',
    );
    const watched = watch(playback?.hls ?? '');
    victim.signal('SIGKILL');
    expect(await victim.ended).toBe('SIGKILL');

    await services.start('transcoder');
    await expectHappy(api, endpoints, id);
    const readings = await watched.stop();
    expectGrowth(readings);
    const [first, last] = [readings[0], readings.at(-1)];
    expect([...(first?.values() ?? [])].every(({ hasEnd }) => !hasEnd)).toBe(true);
    expect([...(last?.values() ?? [])].every(({ hasEnd, type }) => hasEnd && type === 'VOD')).toBe(true);
    expect((await stepsOf(api, id)).filter((step) => step === 'transcoded first')).toHaveLength(1);
  });
});
