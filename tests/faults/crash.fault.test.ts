import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getEvents, put, register } from '../setup/client.ts';
import { callQueue } from '../setup/queue.ts';
import type { ServiceName } from './setup/services.ts';
import { expectHappy, verbsOf } from './setup/truth.ts';
import { createWorld } from './setup/world.ts';

/**
 * Every service is killed between every two of its steps, as by `kill -9`, and started again: whatever was half done, the
 * video gets its one outcome, and every event once.
 */
const world = createWorld();
const { api, endpoints, services } = world;
let clip: string;

beforeAll(async () => {
  clip = await world.shortClip();
  await services.startAll();
});
afterAll(() => services.stopAll());

const POINTS: [ServiceName, string, number][] = [
  ['s3-event-ingest', 'appended', 1],
  ['s3-event-ingest', 'deleted', 1],
  ['transcoder', 'claimed', 1],
  ['transcoder', 'appended', 1],
  ['transcoder', 'part', 1],
  ['transcoder', 'output', 1],
  ['transcoder', 'appended', 2],
  ['transcoder', 'acked', 1],
  ['thumbnailer', 'claimed', 1],
  ['thumbnailer', 'output', 1],
  ['thumbnailer', 'appended', 1],
  ['thumbnailer', 'acked', 1],
  ['packager', 'claimed', 1],
  ['packager', 'output', 1],
  ['packager', 'appended', 1],
  ['packager', 'acked', 1],
];

describe.each(POINTS)('a %s that is killed at "%s" (time %i)', (name, step, nth) => {
  it('leaves a video that becomes ready, with every event once', async () => {
    await services.running(name)?.stop();
    // The queue gives one message to the poll that was just broken off, and hides it for a minute.
    if (name === 's3-event-ingest') await callQueue(endpoints, 'SendMessage', { MessageBody: '{}' });
    const victim = await services.start(name, { steps: [step] });
    const created = await register(api, clip);
    expect(await put(created, clip)).toBe(200);
    // What the ingest tells of is an object or a message of the queue.
    const videoId = name === 's3-event-ingest' ? undefined : created.video.id;
    for (let time = 1; time < nth; time += 1) {
      await victim.reached(step, videoId);
      victim.go();
    }
    await victim.reached(step, videoId);
    victim.signal('SIGKILL');
    expect(await victim.ended).toBe('SIGKILL');

    await services.start(name);
    await expectHappy(api, endpoints, created.video.id);
  });
});

describe('an upload-api that is killed', () => {
  const create = (key: string) =>
    register(api, clip, { title: 'once' }, { 'idempotency-key': key }).then(
      (created) => created,
      () => null,
    );

  it.each(['reserved', 'appended'])('at "%s" makes one video of a request that is repeated', async (step) => {
    await services.running('upload-api')?.stop();
    const victim = await services.start('upload-api', { steps: [step] });
    const key = `killed-at-${step}`;
    const lost = create(key);
    const { videoId } = await victim.reached(step);
    victim.signal('SIGKILL');
    await victim.ended;
    expect(await lost).toBeNull();

    await services.start('upload-api');
    const again = await create(key);
    expect(again?.video.id).toBe(videoId);
    expect(verbsOf(await getEvents(api, videoId))).toEqual(['requested']);
    expect((await create(key))?.video.id).toBe(videoId);
  });
});
