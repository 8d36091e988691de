import type { Claim } from '@rushes/shared/claims';
import { a, createMemoryLog, type MemoryLog, VIDEO_ID } from '@rushes/shared/testing';
import { type KV, StringCodec } from 'nats';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bootstrapNats } from '../nats/index.ts';
import { startNats, type TestNats } from '../testing/nats.ts';
import { askAgain } from './ask-again.ts';
import { sweepClaims, USED_UP } from './claims.ts';

const NOW = new Date('2026-01-02T00:00:00Z');
const now = () => NOW;
const OTHER = '0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5f';
const released: Claim = { job: 'standard', attempt: 3, failures: 0, worker: null, leaseUntil: 0, tracks: [] };
const held: Claim = { ...released, worker: 'w', leaseUntil: NOW.getTime() + 1 };
const ranOut: Claim = { ...released, worker: 'w', leaseUntil: NOW.getTime() };

let nats: TestNats;
let kv: KV;
let eventLog: MemoryLog;
beforeAll(async () => {
  nats = await startNats();
  const connection = await nats.connectAs('admin');
  await bootstrapNats({ connection, replicas: 1, ackWaitMs: 30_000, newId: () => 'log-1' });
  kv = await connection.jetstream().views.kv('CLAIMS', { bindOnly: true });
});
afterAll(() => nats.stop());
beforeEach(async () => {
  eventLog = createMemoryLog('test', now);
  for (const key of await keys()) await kv.delete(key);
});

const put = (key: string, value: unknown) => kv.put(key, JSON.stringify(value));
const sweep = () => sweepClaims({ kv, eventLog, now });
const keys = async () => {
  const found: string[] = [];
  for await (const key of await kv.keys()) found.push(key);
  return found.sort();
};

describe('sweepClaims', () => {
  it('keeps the claim of an open generation, and leases', async () => {
    eventLog.add(a.requested(), a.uploaded());
    await put(`transcoder.${VIDEO_ID}.1`, ranOut);
    await put('catalog.projector', { worker: 'w', leaseUntil: 1 });
    await put('s3-event-ingest.reconciler', { worker: 'w', leaseUntil: 1 });
    expect(await sweep()).toEqual({ kept: 3, dropped: [], held: [] });
  });

  it('treats the claims of pieces as those of the whole', async () => {
    eventLog.add(a.requested(), a.uploaded());
    await put(`transcoder.${VIDEO_ID}.1.p1`, released);
    await put(`transcoder.${OTHER}.1.p1`, released);
    await put(`transcoder.${VIDEO_ID}.1.first`, released);
    const { kept, dropped } = await sweep();
    expect(kept).toBe(1);
    expect(dropped.map(({ why }) => why).toSorted()).toEqual([
      'its key is neither a claim’s nor a lease’s',
      'the log does not know the video',
    ]);
  });

  it('drops what no event supports, each with its reason, and finds nothing the second time', async () => {
    eventLog.add(a.requested(), a.uploaded());
    await put(`transcoder.${OTHER}.1`, released);
    await put(`transcoder.${VIDEO_ID}.2`, ranOut);
    await put('transcoder.who.knows.this', released);
    await put(`packager.${VIDEO_ID}.1`, 'no claim');
    const { kept, dropped } = await sweep();
    expect(kept).toBe(0);
    expect(Object.fromEntries(dropped.map(({ key, why }) => [key, why]))).toEqual({
      [`transcoder.${OTHER}.1`]: 'the log does not know the video',
      [`transcoder.${VIDEO_ID}.2`]: 'the log does not know generation 2',
      'transcoder.who.knows.this': 'its key is neither a claim’s nor a lease’s',
      [`packager.${VIDEO_ID}.1`]: 'it is not readable as a claim',
    });
    expect(await keys()).toEqual([]);
    expect(await sweep()).toEqual({ kept: 0, dropped: [], held: [] });
  });

  it('drops the claims of closed and earlier generations', async () => {
    eventLog.add(a.requested(), a.uploaded(), a.failed());
    await put(`transcoder.${VIDEO_ID}.1`, released);
    expect((await sweep()).dropped).toMatchObject([{ why: 'generation 1 is closed (failed)' }]);
    eventLog.add(a.reprocessed());
    await put(`transcoder.${VIDEO_ID}.1`, released);
    expect((await sweep()).dropped).toMatchObject([{ why: 'generation 1 is not the newest' }]);
  });

  it('leaves to its worker what is held, whatever the log says', async () => {
    await put(`transcoder.${OTHER}.1`, held);
    expect(await sweep()).toEqual({ kept: 0, dropped: [], held: [`transcoder.${OTHER}.1`] });
    expect(await keys()).toEqual([`transcoder.${OTHER}.1`]);
  });

  it('keeps what remembers used-up folders of a generation that is yet to come', async () => {
    eventLog.add(a.requested(), a.uploaded(), a.failed());
    await put(`transcoder.${VIDEO_ID}.2`, { ...released, job: USED_UP });
    expect(await sweep()).toMatchObject({ kept: 1, dropped: [] });
  });
});

describe('askAgain', () => {
  const ask = async () => {
    const client = (await nats.connectAs('admin')).jetstream();
    return askAgain({ client, kv, eventLog, now }, [VIDEO_ID, OTHER]);
  };

  it('asks for the jobs that an open generation lacks', async () => {
    eventLog.add(a.requested(), a.uploaded());
    expect(await ask()).toEqual([`retry.transcoder.${VIDEO_ID}`]);
    const manager = await (await nats.connectAs('admin')).jetstreamManager();
    const asked = await manager.streams.getMessage('RETRIES', { last_by_subj: `retry.transcoder.${VIDEO_ID}` });
    expect(JSON.parse(StringCodec().decode(asked.data))).toEqual({ job: 'standard', generation: 1 });
  });

  it('asks for nothing that a worker is at, and nothing of a closed generation', async () => {
    eventLog.add(a.requested(), a.uploaded());
    await put(`transcoder.${VIDEO_ID}.1`, held);
    expect(await ask()).toEqual([]);
    await put(`transcoder.${VIDEO_ID}.1`, released);
    eventLog.add(a.failed());
    expect(await ask()).toEqual([]);
  });
});
