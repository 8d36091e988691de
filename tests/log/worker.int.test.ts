import type { TestNats } from '@rushes/infra/testing';
import { startWorker } from '@rushes/shared/bus';
import { ClaimLost, createClaims } from '@rushes/shared/claims';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../setup/client.ts';
import { ACK_WAIT_MS, found, type LogUser, request, silent, startLog } from './harness.ts';

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

async function uploadOne(): Promise<string> {
  const videoId = uuidv7();
  await api.eventLog.execute(videoId, request);
  await ingest.eventLog.execute(videoId, found);
  return videoId;
}

type Options = Parameters<typeof startWorker>[0];
const worker = (slots: number, handle: Options['handle'], more: Partial<Options> = {}) =>
  startWorker({
    client: transcoder.client,
    stream: 'VIDEO',
    durables: ['transcoder'],
    slots,
    ackWaitMs: ACK_WAIT_MS,
    log: silent,
    handle,
    reconnect: () => transcoder.connection.reconnect(),
    ...more,
  });

const pending = async () => {
  const admin = await nats.connectAs('admin');
  const info = await (await admin.jetstreamManager()).consumers.info('VIDEO', 'transcoder');
  await admin.close();
  return info.num_pending + info.num_ack_pending;
};

describe('the worker loop', () => {
  it('takes no more messages than it has slots', async () => {
    const ids = new Set(await Promise.all(Array.from({ length: 6 }, uploadOne)));
    const release = Promise.withResolvers<void>();
    const running = new Set<string>();
    let most = 0;
    const loop = worker(2, async ({ subject }) => {
      running.add(subject);
      most = Math.max(most, running.size);
      await release.promise;
      running.delete(subject);
      ids.delete(subject.split('.')[2] ?? '');
      return { kind: 'ack' };
    });
    await until(
      'two jobs to run',
      async () => running.size,
      (size) => size === 2,
    );
    release.resolve();
    await until(
      'all to be done',
      async () => ids.size,
      (size) => size === 0,
    );
    await loop.stop();
    expect(most).toBe(2);
    await until('nothing to be pending', pending, (count) => count === 0);
  });

  it('keeps a message that takes longer than the ack wait', async () => {
    await uploadOne();
    let deliveries = 0;
    const loop = worker(1, async () => {
      deliveries += 1;
      await new Promise((resolve) => setTimeout(resolve, ACK_WAIT_MS * 2));
      return { kind: 'ack' };
    });
    await until('the message to be acked', async () => deliveries > 0 && (await pending()) === 0, Boolean);
    await loop.stop();
    expect(deliveries).toBe(1);
  });

  it('delivers again what was handed back, and what a handler threw at', async () => {
    await uploadOne();
    const seen: number[] = [];
    const loop = worker(1, async ({ deliveries }) => {
      seen.push(deliveries);
      if (deliveries === 1) return { kind: 'nak', delayMs: 50 };
      if (deliveries === 2) throw new Error('on purpose');
      return { kind: 'ack' };
    });
    await until(
      'the third delivery',
      async () => seen.length,
      (count) => count === 3,
    );
    await loop.stop();
    expect(seen).toEqual([1, 2, 3]);
  });

  it('aborts what runs when it stops, so that another worker gets it at once', async () => {
    const videoId = await uploadOne();
    const started = Promise.withResolvers<void>();
    const first = worker(1, async ({ signal }) => {
      started.resolve();
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      return { kind: 'nak', delayMs: 0 };
    });
    await started.promise;
    await first.stop();
    const taken = Promise.withResolvers<string>();
    const second = worker(1, async ({ subject }) => {
      taken.resolve(subject);
      return { kind: 'ack' };
    });
    expect(await taken.promise).toBe(`video.uploaded.${videoId}`);
    await second.stop();
  });
});

describe('the watchdog', () => {
  /** The client as it is after a reconnect that has lost a subscription: the server delivers, and nobody hears it. */
  const deafClient = (isDeaf: () => boolean): Options['client'] => {
    const get = transcoder.client.consumers.get.bind(transcoder.client.consumers);
    const consumers = {
      get: async (...args: Parameters<typeof get>) => {
        const consumer = await get(...args);
        const fetch = consumer.fetch.bind(consumer);
        consumer.fetch = async (options) => {
          const messages = await fetch(isDeaf() ? { ...options, expires: 1_000, max_messages: 0 } : options);
          if (isDeaf()) messages.stop();
          return messages;
        };
        return consumer;
      },
    };
    return Object.assign(Object.create(transcoder.client) as Options['client'], { consumers });
  };

  it('connects anew when messages wait and none comes', async () => {
    let deaf = true;
    const videoId = await uploadOne();
    const got = Promise.withResolvers<string>();
    const loop = worker(
      1,
      async ({ subject }) => {
        got.resolve(subject);
        return { kind: 'ack' };
      },
      {
        client: deafClient(() => deaf),
        stallMs: 400,
        reconnect: async () => {
          deaf = false;
        },
      },
    );
    expect(await got.promise).toBe(`video.uploaded.${videoId}`);
    await loop.stop();
  });

  it('leaves an idle durable alone', async () => {
    let reconnects = 0;
    let pulls = 0;
    const loop = worker(1, async () => ({ kind: 'ack' }), {
      client: deafClient(() => {
        pulls += 1;
        return true;
      }),
      stallMs: 100,
      reconnect: async () => {
        reconnects += 1;
      },
    });
    await until(
      'some pulls',
      async () => pulls,
      (count) => count > 20,
    );
    await loop.stop();
    expect(reconnects).toBe(0);
  });
});

describe('claims on the real bucket', () => {
  const key = () => ({ stage: 'transcoder', videoId: uuidv7(), generation: 1 });
  const claimsOf = async (name: string, clock: { now: number }) => {
    const kv = await transcoder.client.views.kv('CLAIMS', { bindOnly: true });
    return createClaims({
      client: transcoder.client,
      kv,
      worker: name,
      leaseMs: 1_000,
      now: () => new Date(clock.now),
    });
  };

  it('give one of many rivals the job', async () => {
    const clock = { now: 0 };
    const [wanted, rivals] = [key(), await Promise.all(['a', 'b', 'c', 'd'].map((name) => claimsOf(name, clock)))];
    const results = await Promise.all(rivals.map((claims) => claims.acquire(wanted, 'standard')));
    expect(results.map(({ kind }) => kind).sort()).toEqual(['claimed', 'held', 'held', 'held']);
  });

  it('go to another when the lease ran out, and the sleeper learns of it', async () => {
    const clock = { now: 0 };
    const [wanted, sleeper, other] = [key(), await claimsOf('sleeper', clock), await claimsOf('other', clock)];
    const first = await sleeper.acquire(wanted, 'standard');
    if (first.kind !== 'claimed') throw new Error(first.kind);
    await first.handle.renew([{ rendition: 'h264-720', track: 'key', etag: 'e', segments: 3 }]);
    clock.now = 5_000;
    const second = await other.acquire(wanted, 'standard');
    expect(second).toMatchObject({ kind: 'claimed', handle: { attempt: 2, failures: 1, tracks: [{ segments: 3 }] } });
    await expect(first.handle.renew()).rejects.toThrow(ClaimLost);
    await expect(first.handle.release('done')).rejects.toThrow(ClaimLost);
  });

  it('survive being renewed and recorded at the same time', async () => {
    const claims = await claimsOf('a', { now: 0 });
    const claimed = await claims.acquire(key(), 'standard');
    if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
    const { handle } = claimed;
    await Promise.all([handle.renew(), handle.renew([]), handle.renew(), handle.renew()]);
    expect(await handle.release('failure')).toBe(1);
  });
});
