import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { call, getEvents, until } from '../setup/client.ts';
import { start } from './setup/system.ts';
import { createWorld, longClip, shortClip } from './setup/world.ts';

const system = inject('system');
const { api, containers, upload, untilWhole } = createWorld(system);
/** Images of the version that replaces this one; without them the same again. */
const { NEXT_API_IMAGE, NEXT_WORKER_IMAGE } = process.env;
let short: string;
let long: string;

beforeAll(async () => {
  short = await shortClip();
  long = await longClip();
});

/** The one that was there before takes its place again. */
async function rollBack(name: string) {
  await containers.startAgain(name);
  await containers.untilReady([name]);
  await containers.remove(`${name}-next`);
}

async function startNext(name: string, image: string | undefined): Promise<void> {
  await start(system, name, { alias: `${name}-next`, ...(image ? { image } : {}) });
  await containers.untilReady([`${name}-next`]);
}

describe.each(['transcoder', 'thumbnailer', 'packager'])('a new %s', (name) => {
  afterEach(() => rollBack(name));

  it('beside the old one, which then stops with 0 in the middle of work, loses nothing', async () => {
    const ids = [await upload(long), ...(await Promise.all(Array.from({ length: 3 }, () => upload(short))))];
    await startNext(name, NEXT_WORKER_IMAGE);
    const verb = { transcoder: 'video.inspected', thumbnailer: 'video.transcoded', packager: 'video.thumbnailed' }[
      name
    ];
    await until(
      `work for the ${name}`,
      () => getEvents(api, ids[0] ?? ''),
      (events) => events.some(({ type }) => type === verb),
    );
    expect(await containers.stop(name)).toBe(0);
    ids.push(await upload(short));
    for (const id of ids) await untilWhole(id);
  });
});

describe('a new upload-api', () => {
  afterEach(() => rollBack('upload-api'));

  it('beside the old one, which then stops with 0 while requests come in, makes each video asked for once', async () => {
    await startNext('upload-api', NEXT_API_IMAGE);
    const ids: string[] = [];
    let enough = false;
    const client = async (number: number) => {
      for (let count = 0; !enough; count += 1) ids.push(await ask(`${number}-${count}`));
    };
    const clients = Promise.all([1, 2, 3].map(client));
    const answers = (least: number) =>
      until(
        'answers',
        async () => ids.length,
        (count) => count >= least,
      );
    await answers(15);
    expect(await containers.stop('upload-api')).toBe(0);
    await answers(ids.length + 15);
    enough = true;
    await clients;
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect((await getEvents(api, id)).map(({ type }) => type)).toEqual(['video.requested']);
  });
});

/** Asks for a video as a good client does: again under the same key while the answer is a 503. */
async function ask(key: string): Promise<string> {
  const body = { title: key, filename: 'a.mp4', contentType: 'video/mp4', size: 1_000 };
  const answer = await until(
    `the video ${key}`,
    () => call(api, 'POST', '/v1/videos', body, { 'idempotency-key': `rolling-${key}` }),
    ({ status }) => status !== 503,
    20,
  );
  expect(answer.status, answer.text).toBe(201);
  return answer.json.video.id as string;
}
