import type { TestNats } from '@rushes/infra/testing';
import { startWorker, type Worker } from '@rushes/shared/bus';
import { HandBack, type StageContext, type StageDefinition, startStage } from '@rushes/shared/stage';
import { a } from '@rushes/shared/testing';
import type { StageResult } from '@rushes/shared/video';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../setup/client.ts';
import { ACK_WAIT_MS, found, type LogUser, request, silent, startLog } from './harness.ts';
import { stageDepsOf } from './stage-deps.ts';

const DURABLES = ['transcoder', 'transcoder-extended'] as const;

let nats: TestNats;
let users: Record<'upload-api' | 's3-event-ingest' | 'transcoder' | 'thumbnailer' | 'packager', LogUser>;

beforeAll(async () => {
  const log = await startLog();
  nats = log.nats;
  users = {
    'upload-api': await log.as('upload-api'),
    's3-event-ingest': await log.as('s3-event-ingest'),
    transcoder: await log.as('transcoder'),
    thumbnailer: await log.as('thumbnailer'),
    packager: await log.as('packager'),
  };
});
afterAll(() => nats.stop());

/** A new video: a message of the higher durable. */
async function uploadOne(): Promise<string> {
  const videoId = uuidv7();
  await users['upload-api'].eventLog.execute(videoId, request);
  await users['s3-event-ingest'].eventLog.execute(videoId, found);
  return videoId;
}

/** Takes a video as far as its `standard` tier, which is not its last: a message of the lower durable. */
async function packageOne(videoId: string): Promise<void> {
  const results = [
    ['transcoder', 'inspected', a.inspected().data],
    ['transcoder', 'transcoded', a.transcoded('standard', 1, false).data],
    ['thumbnailer', 'thumbnailed', a.thumbnailed('standard', 1, false).data],
    ['packager', 'packaged', a.packaged('standard', 1, false).data],
  ] as const;
  for (const [service, verb, data] of results) {
    const result = { verb, data } as StageResult;
    const executed = await users[service].eventLog.execute(videoId, { type: 'recordResult', generation: 1, result });
    expect(executed.kind).toBe('appended');
  }
}

const infoOf = (durable: string) => users.transcoder.manager.consumers.info('VIDEO', durable);
const idle = () =>
  until(
    'both durables to be empty',
    async () => (await Promise.all(DURABLES.map(infoOf))).map((info) => info.num_pending + info.num_ack_pending),
    (counts) => counts.every((count) => count === 0),
  );
const waiting = (durable: string, count: number) =>
  until(
    `${count} messages in ${durable}`,
    async () => (await infoOf(durable)).num_pending,
    (pending) => pending === count,
  );

type Options = Parameters<typeof startWorker>[0];
const worker = (handle: Options['handle'], more: Partial<Options> = {}) =>
  startWorker({
    client: users.transcoder.client,
    stream: 'VIDEO',
    durables: DURABLES,
    slots: 1,
    ackWaitMs: ACK_WAIT_MS,
    log: silent,
    handle,
    reconnect: () => users.transcoder.connection.reconnect(),
    ...more,
  });

/** Whatever a test leaves would be the next one's. */
beforeEach(async () => {
  const drain = worker(async () => ({ kind: 'ack' }));
  await idle();
  await drain.stop();
});

describe('a worker with two durables', () => {
  it('serves the lower one only when the higher has nothing, however old its messages are', async () => {
    const earlier = await Promise.all([uploadOne(), uploadOne()]);
    for (const videoId of earlier) await packageOne(videoId);
    await uploadOne();
    const verbs: string[] = [];
    const loop = worker(async ({ subject }) => {
      verbs.push(subject.split('.')[1] ?? '');
      return { kind: 'ack' };
    });
    await idle();
    await loop.stop();
    expect(verbs).toEqual(['uploaded', 'uploaded', 'uploaded', 'packaged', 'packaged']);
  });

  it('takes a new message of the higher one first with the next free slot', async () => {
    const [first, second] = [await uploadOne(), await uploadOne()];
    for (const videoId of [first, second]) await packageOne(videoId);
    const release = Promise.withResolvers<void>();
    const lower = Promise.withResolvers<void>();
    const seen: string[] = [];
    const loop = worker(async ({ subject }) => {
      seen.push(subject);
      if (subject !== `video.packaged.${first}`) return { kind: 'ack' };
      lower.resolve();
      await release.promise;
      return { kind: 'ack' };
    });
    await lower.promise;
    const fresh = await uploadOne();
    release.resolve();
    await idle();
    await loop.stop();
    expect(seen.slice(-3)).toEqual([`video.packaged.${first}`, `video.uploaded.${fresh}`, `video.packaged.${second}`]);
  });

  it('finds again what the lower one has handed back, and what a dead worker left', async () => {
    await packageOne(await uploadOne());
    // As by a worker that was killed: pulled, and never heard of again.
    await until(
      'a message of the lower durable to be lost',
      () => users.transcoder.client.pull('VIDEO', 'transcoder-extended', 1_000),
      () => true,
    );
    const seen: number[] = [];
    const loop = worker(async ({ subject, deliveries }) => {
      if (subject.startsWith('video.uploaded.')) return { kind: 'ack' };
      seen.push(deliveries);
      return deliveries === 2 ? { kind: 'nak', delayMs: 50 } : { kind: 'ack' };
    });
    await idle();
    await loop.stop();
    expect(seen).toEqual([2, 3]);
  });

  it('waits for both at once: a message that comes to an idle worker is served, whichever it is', async () => {
    const served: string[] = [];
    const loop = worker(async ({ subject }) => {
      served.push(subject);
      return { kind: 'ack' };
    });
    const videoId = await uploadOne();
    const has = (verb: string) =>
      until(`${verb} to be served`, async () => served.includes(`video.${verb}.${videoId}`), Boolean);
    await has('uploaded');
    await packageOne(videoId);
    await has('packaged');
    await loop.stop();
  });

  it('tells the lower one to yield while more urgent work waits, and never the higher one', async () => {
    await packageOne(await uploadOne());
    const answers: boolean[] = [];
    const loop = worker(async ({ subject, shouldYield }) => {
      if (subject.startsWith('video.packaged.')) {
        answers.push(await shouldYield());
        await uploadOne();
        await waiting('transcoder', 1);
      }
      answers.push(await shouldYield());
      return { kind: 'ack' };
    });
    await idle();
    await loop.stop();
    // The first upload, the lower one before and after a new upload, and that upload.
    expect(answers).toEqual([false, false, true, false]);
  });

  it('goes on when it cannot learn whether to yield', async () => {
    await packageOne(await uploadOne());
    let isBroken = false;
    const get: Options['client']['consumers']['get'] = async (...args) => {
      if (isBroken) throw new Error('on purpose');
      return users.transcoder.client.consumers.get(...args);
    };
    const client = Object.assign(Object.create(users.transcoder.client) as Options['client'], { consumers: { get } });
    const answers: boolean[] = [];
    const handle: Options['handle'] = async ({ subject, shouldYield }) => {
      isBroken = subject.startsWith('video.packaged.');
      if (isBroken) answers.push(await shouldYield());
      isBroken = false;
      return { kind: 'ack' };
    };
    const loop = worker(handle, { client });
    await idle();
    await loop.stop();
    expect(answers).toEqual([false]);
  });
});

describe('a stage with two durables', () => {
  const stage = (work: (context: StageContext) => Promise<void>): StageDefinition => ({
    stage: 'transcoder',
    durables: DURABLES,
    jobOf: ({ type }) => ({ 'video.uploaded': 'standard', 'video.packaged': 'extended' })[type as string] ?? null,
    isNeeded: () => true,
    work,
  });
  const run = async (work: (context: StageContext) => Promise<void>): Promise<Worker> =>
    startStage(stage(work), await stageDepsOf(users.transcoder, 'transcoder'));

  it('hands a lower job back for a new video, and goes on with it where it was', async () => {
    const old = await uploadOne();
    await packageOne(old);
    const track = { rendition: 'av1-360', track: 'key', etag: 'e', segments: 1 };
    const seen: unknown[] = [];
    const answers: boolean[] = [];
    let fresh = '';
    const loop = await run(async (context) => {
      const { job, attempt, tracks, video } = context;
      seen.push([job, video.id, attempt, tracks.length]);
      if (job !== 'extended' || tracks.length > 0) return;
      await context.record([track]);
      answers.push(await context.shouldYield());
      fresh = await uploadOne();
      await waiting('transcoder', 1);
      answers.push(await context.shouldYield());
      throw new HandBack('a new video waits');
    });
    await idle();
    await loop.stop();
    expect(seen).toEqual([
      ['standard', old, 1, 0],
      ['extended', old, 2, 0],
      ['standard', fresh, 1, 0],
      ['extended', old, 3, 1],
    ]);
    expect(answers).toEqual([false, true]);
  });

  it('counts no failure for what was handed back', async () => {
    await packageOne(await uploadOne());
    let handedBack = 0;
    const loop = await run(async ({ job }) => {
      if (job !== 'extended' || handedBack === 8) return;
      handedBack += 1;
      throw new HandBack('for this test');
    });
    await idle();
    await loop.stop();
    // More often than a job may fail.
    expect(handedBack).toBe(8);
  });

  it('never asks a higher job to yield', async () => {
    const [first] = [await uploadOne(), await uploadOne()];
    const answers: boolean[] = [];
    const loop = await run(async ({ video, shouldYield }) => {
      if (video.id === first) await waiting('transcoder', 1);
      answers.push(await shouldYield());
    });
    await idle();
    await loop.stop();
    expect(answers).toEqual([false, false]);
  });
});
