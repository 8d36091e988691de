import type { TestNats } from '@rushes/infra/testing';
import { createScratchAccount, type StageContext, type StageDeps, startStage } from '@rushes/shared/stage';
import type { Command, Video } from '@rushes/shared/video';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../setup/client.ts';
import { found, type LogUser, request, startLog } from './harness.ts';
import { stageDepsOf } from './stage-deps.ts';

let nats: TestNats;
let api: LogUser;
let ingest: LogUser;
let transcoder: LogUser;

beforeAll(async () => {
  const log = await startLog();
  nats = log.nats;
  api = await log.as('upload-api');
  ingest = await log.as('s3-event-ingest');
  transcoder = await log.as('transcoder');
});
afterAll(() => nats.stop());

async function upload(size: number): Promise<string> {
  const videoId = uuidv7();
  await api.eventLog.execute(videoId, request);
  const { object } = found as Extract<Command, { type: 'recordUpload' }>;
  await ingest.eventLog.execute(videoId, { type: 'recordUpload', object: { ...object, size } });
  return videoId;
}

const readVideo = async (videoId: string) => (await api.eventLog.read(videoId)).state as Video;

const account = (maxBytes: number | undefined, room = () => Number.MAX_SAFE_INTEGER) =>
  createScratchAccount({ maxBytes, roomBytes: async () => room() });

/** A stage with two slots whose jobs need as much scratch as their source is large. */
async function start(scratch: StageDeps['scratch'], work: (context: StageContext) => Promise<void>) {
  const definition = {
    stage: 'transcoder' as const,
    durables: ['transcoder'] as const,
    jobOf: ({ type }: { type: string }) => (type === 'video.uploaded' ? 'standard' : null),
    isNeeded: () => true,
    scratchBytes: (video: Video) => video.current.stored?.size ?? 0,
    work,
  };
  return startStage(definition, await stageDepsOf(transcoder, 'transcoder', { scratch, slots: 2 }));
}

const idle = () =>
  until(
    'the durable to be empty',
    () => transcoder.manager.consumers.info('VIDEO', 'transcoder'),
    (info) => info.num_pending + info.num_ack_pending === 0,
  );
const redelivered = () =>
  until(
    'a message to be handed back',
    () => transcoder.manager.consumers.info('VIDEO', 'transcoder'),
    (info) => info.num_redelivered > 0,
  );

describe('a stage whose scratch is bounded', () => {
  it('does one of two jobs after the other when there is room for one, and counts no failure', async () => {
    const scratch = account(100);
    const videos = [await upload(60), await upload(70)];
    const release = Promise.withResolvers<void>();
    const done: string[] = [];
    const attempts: number[] = [];
    let running = 0;
    let most = 0;
    const loop = await start(scratch, async ({ video, attempt }) => {
      running += 1;
      most = Math.max(most, running);
      if (done.length === 0) await release.promise;
      running -= 1;
      done.push(video.id);
      attempts.push(attempt);
    });
    await redelivered();
    release.resolve();
    await idle();
    await loop.stop();
    expect(most).toBe(1);
    // The claim was not taken while the job waited.
    expect(attempts).toEqual([1, 1]);
    expect(done.toSorted()).toEqual(videos.toSorted());
    expect(scratch.reserved()).toBe(0);
  });

  it('refuses what would not fit by itself before anything is begun, and says how to help', async () => {
    const scratch = account(2_000_000);
    const videoId = await upload(3_000_000);
    let begun = 0;
    const loop = await start(scratch, async () => {
      begun += 1;
    });
    await idle();
    await loop.stop();
    const { status, error } = await readVideo(videoId);
    expect([begun, status]).toEqual([0, 'failed']);
    expect(error).toMatchObject({ stage: 'transcoder', code: 'too_large' });
    expect(error?.message).toContain('3.0 MB of scratch space to be made, and the limit here is 2.0 MB');
    expect(error?.message).toContain('SCRATCH_MAX_BYTES');
  });

  it('waits for a disk that others have filled, and never fails for it', async () => {
    let room = 10;
    const looked = Promise.withResolvers<void>();
    const scratch = account(undefined, () => {
      looked.resolve();
      return room;
    });
    const videoId = await upload(50);
    const done: string[] = [];
    const loop = await start(scratch, async ({ video }) => {
      done.push(video.id);
    });
    await looked.promise;
    expect([done, (await readVideo(videoId)).status]).toEqual([[], 'processing']);
    room = 50;
    await idle();
    await loop.stop();
    expect(done).toEqual([videoId]);
  });

  it('gives the room of a failed job back', async () => {
    const scratch = account(100);
    const videoId = await upload(100);
    let attempts = 0;
    const loop = await start(scratch, async () => {
      attempts += 1;
      if (attempts === 1) throw new Error('on purpose');
    });
    await idle();
    await loop.stop();
    expect([attempts, (await readVideo(videoId)).status, scratch.reserved()]).toEqual([2, 'processing', 0]);
  });
});
