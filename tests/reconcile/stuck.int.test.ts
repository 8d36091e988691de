import { join } from 'node:path';
import { findTools } from '@rushes/infra/testing';
import { makeClip } from '@rushes/shared/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { call, getEvents, getVideo, put, register, until, untilDone } from '../setup/client.ts';
import { indexed, startWorld, untilIndexed, untilVerb, verbsOf, type World } from './harness.ts';

let world: World;
let clip: string;
let videoId: string;

beforeAll(async () => {
  const folder = join(inject('home'), 'clips');
  const short = { name: 'stuck-1s.mp4', seconds: 1, width: 320, height: 180, rate: '30', audio: false };
  clip = await makeClip(findTools(process.env).ffmpeg, folder, short);
  world = await startWorld(['thumbnailer'], { RECONCILE_INTERVAL: '1s', STUCK_AFTER: '3s' });
});
afterAll(async () => world?.stop());

/** Takes the next message of a durable and acknowledges it, as a stage would that loses its work without a word. */
async function lose(stream: string, durable: string): Promise<string> {
  const consumer = await world.nats.jetstream().consumers.get(stream, durable);
  const message = await until(
    `a message of ${durable}`,
    () => consumer.next({ expires: 5_000 }),
    (next) => next !== null,
  );
  await message?.ackAck();
  return `${message?.subject} ${message?.string()}`;
}

/** Whether the thumbnailer was asked for a video once more. */
async function isAskedFor(id: string): Promise<boolean> {
  const manager = await world.nats.jetstreamManager();
  const { state } = await manager.streams.info('RETRIES', { subjects_filter: `retry.thumbnailer.${id}` });
  return Object.keys(state.subjects ?? {}).length > 0;
}

async function upload(): Promise<string> {
  const created = await register(world.api, clip, { profile: 'fast' });
  expect(await put(created, clip)).toBe(200);
  return created.video.id;
}

describe('a generation that does not go on', () => {
  it('is asked for once more, and gets ready', async () => {
    videoId = await upload();
    expect(await lose('VIDEO', 'thumbnailer')).toContain(`video.transcoded.${videoId}`);
    const thumbnailer = await world.startService('thumbnailer');
    expect(await untilDone(world.api, videoId)).toMatchObject({ status: 'ready', error: null });
    await untilIndexed(world, videoId, null);
    await thumbnailer.stop();
  });

  it('fails as stalled when it was asked for three times, and another that waits for its turn does not', async () => {
    expect((await call(world.api, 'POST', `/v1/videos/${videoId}/reprocess`)).status).toBe(202);
    // Nothing but the reconciler's own look at the log tells the index of it.
    expect(await untilIndexed(world, videoId, 'generation')).toMatchObject({ generation: 2 });
    expect(await lose('VIDEO', 'thumbnailer')).toContain(`video.transcoded.${videoId}`);
    const waiting = await upload();
    await untilVerb(world.api, waiting, 'transcoded');
    for (let times = 1; times <= 3; times += 1) {
      const retry = await lose('RETRIES', 'thumbnailer-retries');
      expect(retry).toBe(`retry.thumbnailer.${videoId} {"job":"standard","generation":2}`);
      await until(
        `the index to count ${times}`,
        () => indexed(world, videoId),
        (entry) => entry?.retries === times,
      );
    }
    await untilVerb(world.api, videoId, 'failed');
    expect(await getVideo(world.api, videoId)).toMatchObject({ status: 'ready', error: { code: 'stalled' } });
    expect((await getEvents(world.api, videoId)).at(-1)).toMatchObject({
      generation: 2,
      data: { stage: 'thumbnailer', code: 'stalled', attempts: 3 },
    });
    await untilIndexed(world, videoId, null);
    expect(await verbsOf(world.api, waiting)).not.toContain('failed');
    expect(await isAskedFor(waiting)).toBe(false);
    const thumbnailer = await world.startService('thumbnailer');
    expect(await untilDone(world.api, waiting)).toMatchObject({ status: 'ready', error: null });
    await thumbnailer.stop();
  });
});
