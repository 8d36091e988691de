import { CreateMultipartUploadCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Created, call, getEvents, getVideo, until } from '../setup/client.ts';
import {
  indexed,
  isStored,
  putObject,
  putText,
  registerText,
  type ServiceProcess,
  startWorld,
  untilIndexed,
  untilVerb,
  verbsOf,
  type World,
} from './harness.ts';

/** Long enough to register and PUT, short enough to wait for. */
const UPLOAD_TTL = '5s';
const NO_QUEUE = { SQS_QUEUE_URL: '' };

let world: World;
let ingest: ServiceProcess;
/** Registered at the beginning, so that their times run out side by side. */
let late: Created;
let never: Created;
let renewed: Created;
let renewedUntil: string;

beforeAll(async () => {
  const env = { RECONCILE_INTERVAL: '1s', UPLOAD_TTL };
  world = await startWorld(['s3-event-ingest'], env);
  // Nothing tells this ingest of any object.
  ingest = await world.startService('s3-event-ingest', NO_QUEUE);
  [late, never, renewed] = [
    await registerText(world.api, 'late'),
    await registerText(world.api, 'never'),
    await registerText(world.api, 'renewed'),
  ];
  const { bucket: Bucket, key: Key } = never.video.upload.location;
  await world.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const answer = await call(world.api, 'POST', `/v1/videos/${renewed.video.id}/upload/renew`);
  renewedUntil = answer.json.upload.closesAt as string;
});
afterAll(async () => world?.stop());

describe('an upload of which no notification tells', () => {
  it('is found, once', async () => {
    const created = await registerText(world.api, 'not told');
    expect(await putText(created)).toBe(200);
    await untilVerb(world.api, created.video.id, 'failed');
    expect(await verbsOf(world.api, created.video.id)).toEqual(['requested', 'uploaded via reconciler', 'failed']);
  });

  it('is found when the index does not know it', async () => {
    const created = await registerText(world.api, 'lost entry');
    await untilIndexed(world, created.video.id, 'upload');
    await world.index.purge(created.video.id);
    expect(await putText(created)).toBe(200);
    await untilVerb(world.api, created.video.id, 'uploaded via reconciler');
  });

  it('is found when it comes after its time has run out', async () => {
    const created = late;
    await untilVerb(world.api, created.video.id, 'expired');
    expect(await getVideo(world.api, created.video.id)).toMatchObject({
      status: 'expired',
      upload: { status: 'expired' },
    });
    expect(await putText(created)).toBe(200);
    await untilVerb(world.api, created.video.id, 'uploaded via reconciler');
    expect(await getVideo(world.api, created.video.id)).toMatchObject({ upload: { status: 'finished' } });
  });
});

describe('an upload that never came', () => {
  it('expires, its parts are aborted, and the index forgets it', async () => {
    const { video } = never;
    const { bucket, key } = video.upload.location;
    await untilVerb(world.api, video.id, 'expired');
    const parts = () => world.s3.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key }));
    await until('the parts to be aborted', parts, ({ Uploads = [] }) => Uploads.length === 0);
    await untilIndexed(world, video.id, null);
    expect(await verbsOf(world.api, video.id)).toEqual(['requested', 'expired']);
  });

  it('stays open as long as it is renewed', async () => {
    expect(Date.parse(renewedUntil)).toBeGreaterThan(Date.parse(renewed.upload.closesAt));
    expect(await untilVerb(world.api, renewed.video.id, 'expired')).toEqual(['requested', 'updated', 'expired']);
    const expired = (await getEvents(world.api, renewed.video.id)).at(-1);
    expect(Date.parse(expired?.time ?? '')).toBeGreaterThanOrEqual(Date.parse(renewedUntil));
  });
});

describe('an object that comes too late', () => {
  it.each([
    ['cancelled', '/upload', 204],
    ['deleted', '', 202],
  ])('is removed when its video was %s', async (verb, path, status) => {
    const created = await registerText(world.api, verb);
    const { id, upload } = created.video;
    expect((await call(world.api, 'DELETE', `/v1/videos/${id}${path}`)).status).toBe(status);
    await untilIndexed(world, id, null);
    expect(await putText(created)).toBe(200);
    await until(
      'the object to be removed',
      () => isStored(world, upload.location.key),
      (stored) => !stored,
    );
    expect(await verbsOf(world.api, id)).toEqual(['requested', verb]);
  });

  it('does not: what is uploaded cannot be cancelled any more', async () => {
    const created = await registerText(world.api, 'quick');
    expect(await putText(created)).toBe(200);
    await untilVerb(world.api, created.video.id, 'uploaded via reconciler');
    const answer = await call(world.api, 'DELETE', `/v1/videos/${created.video.id}/upload`);
    expect(answer).toMatchObject({ status: 409, json: { code: 'already_uploaded' } });
    expect(await verbsOf(world.api, created.video.id)).not.toContain('cancelled');
  });
});

describe('an object that no video asked for', () => {
  it('is named, counted and kept', async () => {
    const keys = [
      `uploads/${uuidv7()}/source`,
      'uploads/stray.txt',
      'uploads/018f0000-0000-7000-8000-000000000000/source',
    ];
    for (const key of keys) await putObject(world, key);
    for (const key of keys) {
      await until(
        'the log to name it',
        async () => ingest.output(),
        (output) => output.includes(`"key":"${key}"`),
      );
    }
    const metrics = await (await fetch(`${ingest.origin}/metrics`)).text();
    expect(
      Number(/^rushes_reconciler_orphans(?:_total)?(?:\{[^}]*\})? (\d+)/m.exec(metrics)?.[1]),
    ).toBeGreaterThanOrEqual(3);
    expect(metrics).toMatch(/^rushes_reconciler_open\S* \d+/m);
    expect(await Promise.all(keys.map((key) => isStored(world, key)))).toEqual([true, true, true]);
  });
});

describe('an index that was lost', () => {
  const forgetAll = async () => {
    for await (const key of await world.index.keys()) await world.index.purge(key);
    await discardWork();
  };

  it('is made again from the log', async () => {
    expect(await ingest.stop()).toBe(0);
    const { video } = await registerText(world.api, 'open');
    await forgetAll();
    ingest = await world.startService('s3-event-ingest', NO_QUEUE);
    await until(
      'the index to be made',
      async () => ingest.output(),
      (output) => output.includes('was made from the log'),
    );
    // Nothing else tells the expirer of it.
    await untilVerb(world.api, video.id, 'expired');
    expect(await indexed(world, 'position')).not.toBeNull();
  });

  it('is made again by the repair, which looks at the whole bucket', async () => {
    expect(await ingest.stop()).toBe(0);
    const created = await registerText(world.api, 'found by the repair');
    expect(await putText(created)).toBe(200);
    await forgetAll();
    expect(await world.repair()).toMatch(/^uploads: 1 found .*, 3 objects kept .*\nindex: 1 videos/);
    expect(await verbsOf(world.api, created.video.id)).toContain('uploaded via reconciler');
    expect(await world.repair()).toMatch(/^uploads: 0 found /);
  });
});

/** Takes what waits for the ingest, so that only the log itself can tell of it. */
async function discardWork(): Promise<void> {
  const consumer = await world.nats.jetstream().consumers.get('VIDEO', 's3-event-ingest');
  await until(
    'the durable to be empty',
    async () => {
      const message = await consumer.next({ expires: 1_000 });
      message?.ack();
      return message === null && (await consumer.info()).num_pending === 0;
    },
    Boolean,
  );
}
