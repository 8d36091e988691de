import { a } from '@rushes/shared/testing';
import { headers, type NatsConnection, StringCodec } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, getEvents, put, register, until, untilDone } from '../setup/client.ts';
import { connectAs } from './setup/as-user.ts';
import { expectClean, expectWhole, HAPPY, verbsOf } from './setup/truth.ts';
import { createWorld } from './setup/world.ts';

/** Messages that come twice, late, in a form of another version, or in heaps. */
const world = createWorld();
const { api, endpoints, services, home } = world;
const text = StringCodec();
let clip: string;
let transcoder: NatsConnection;

beforeAll(async () => {
  clip = await world.shortClip();
  transcoder = await connectAs(home, 'transcoder');
  await services.startAll();
});
afterAll(async () => {
  await transcoder.close();
  await services.stopAll();
});

async function upload(): Promise<string> {
  const created = await register(api, clip);
  expect(await put(created, clip)).toBe(200);
  return created.video.id;
}

describe('an event that was stored', () => {
  it('is refused when it comes once more, however late, whoever sends it', async () => {
    const id = await upload();
    await untilDone(api, id);
    const events = await getEvents(api, id);
    const stored = events.find(({ type }) => type === 'video.transcoded');
    const head = headers();
    head.set('Nats-Expected-Last-Subject-Sequence', '3');
    head.set('Nats-Expected-Last-Subject-Sequence-Subject', `video.*.${id}`);
    const again = transcoder
      .jetstream()
      .publish(`video.transcoded.${id}`, text.encode(JSON.stringify(stored)), { headers: head });
    await expect(again).rejects.toThrow(/wrong last sequence/);
    expect(await getEvents(api, id)).toEqual(events);
    await expectWhole(api, endpoints, id);
  });
});

describe('an event of another version', () => {
  it('with a verb that nobody knows yet stays in the history and changes nothing', async () => {
    const admin = await connectAs(home, 'admin');
    const id = await upload();
    const before = await untilDone(api, id);
    const { seq } = await admin.jetstream().publish(`video.captioned.${id}`, text.encode('{"language":"en"}'));
    await admin.close();
    const after = await call(api, 'GET', `/v1/videos/${id}`, undefined, { 'rushes-min-seq': String(seq) });
    expect(after.headers.get('etag')).toBe(`"${seq}"`);
    expect(after.json).toEqual(before);
  });

  it('that does not parse is put aside, and stops nobody', async () => {
    const created = await register(api, clip);
    const { id } = created.video;
    const broken = { ...a.inspected(), subject: id, data: { source: 'of version 9' } };
    const { seq } = await transcoder.jetstream().publish(`video.inspected.${id}`, text.encode(JSON.stringify(broken)));
    const letter = await until(
      'the dead letter',
      () => call(api, 'GET', `/v1/dead-letters/event-${seq}`),
      ({ status }) => status === 200,
    );
    expect(letter.text).toContain(id);
    expect(await put(created, clip)).toBe(200);
    expect(await untilDone(api, id)).toMatchObject({ status: 'ready' });
    expect((await call(api, 'DELETE', `/v1/dead-letters/event-${seq}`)).status).toBe(204);
  });
});

describe('many jobs before one slow worker', () => {
  it('are not hoarded: it holds no more than it works on, and all of them are done', async () => {
    const manager = await transcoder.jetstreamManager({ checkAPI: false });
    const jobs = () => manager.consumers.info('VIDEO', 'transcoder');
    // A video is ready before its transcoder has acknowledged the job.
    await until('all earlier jobs to be acknowledged', jobs, ({ num_ack_pending }) => num_ack_pending === 0);
    await services.running('transcoder')?.stop();
    const slow = await services.start('transcoder', { steps: ['claimed'] });
    const ids = await Promise.all(Array.from({ length: 12 }, upload));
    await slow.reached('claimed');
    const info = await until('all jobs to be there', jobs, ({ num_pending }) => num_pending >= ids.length - 1);
    expect(info.num_ack_pending).toBe(1);
    slow.passAll();
    for (const id of ids) {
      expect(await untilDone(api, id, 120)).toMatchObject({ status: 'ready' });
      expect(verbsOf(await getEvents(api, id))).toEqual(HAPPY);
    }
    await expectClean(endpoints);
  });
});
