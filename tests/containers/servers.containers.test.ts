import { beforeAll, describe, expect, inject, it } from 'vitest';
import { call, register, until } from '../setup/client.ts';
import { createWorld, longClip, shortClip } from './setup/world.ts';

const { api, containers, upload, untilWhole, read } = createWorld(inject('system'));
let long: string;
let short: string;

beforeAll(async () => {
  long = await longClip();
  short = await shortClip();
});

/** A video whose pictures are being encoded at this moment. */
async function inTheMiddle(): Promise<string> {
  const id = await upload(long);
  await until(
    `the encode of ${id}`,
    () => read(id),
    (video) => video?.progress?.stage === 'transcoder' && (video.progress.percent ?? 0) > 0,
  );
  return id;
}

describe.each(['nats', 'mongo', 's3'])('%s', (server) => {
  it('that is restarted in the middle of an encode costs no video and no outcome twice', async () => {
    const id = await inTheMiddle();
    const known = await register(api, short);
    await containers.restart(server);
    await untilWhole(id, 120);
    // What was acknowledged before is there after it, and work that comes now is done.
    expect(await until('the catalog', () => read(known.video.id), Boolean)).toMatchObject({ status: 'uploading' });
    await untilWhole(await upload(short), 120);
    await containers.untilReady();
  });
});

describe('sqs', () => {
  it('that is restarted while uploads end loses none of them', async () => {
    const before = await Promise.all(Array.from({ length: 3 }, () => upload(short)));
    const restart = containers.restart('sqs');
    const during = await Promise.all(Array.from({ length: 3 }, () => upload(short)));
    await restart;
    for (const id of [...before, ...during]) await untilWhole(id);
  });
});

describe('mongo', () => {
  it('that is restarted while titles change shows the last of each', async () => {
    const created = await Promise.all(Array.from({ length: 5 }, () => register(api, short)));
    const restart = containers.restart('mongo');
    for (const title of ['first', 'second', 'third']) {
      const answers = await Promise.all(
        created.map(({ video }) => call(api, 'PATCH', `/v1/videos/${video.id}`, { title })),
      );
      expect(answers.map(({ status }) => status)).toEqual(created.map(() => 200));
    }
    await restart;
    for (const { video } of created) {
      await until(
        `the last title of ${video.id}`,
        () => read(video.id),
        (found) => found?.title === 'third',
      );
    }
  });
});
