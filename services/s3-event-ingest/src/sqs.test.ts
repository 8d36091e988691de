import { createLogger } from '@rushes/shared/service';
import { describe, expect, it, vi } from 'vitest';
import type { Queue, QueueMessage } from './queue.ts';
import type { Verdict } from './record.ts';
import { type PollerOptions, startPoller } from './sqs.ts';

const notification = (...keys: string[]) =>
  JSON.stringify({
    Records: keys.map((key) => ({
      eventName: 'ObjectCreated:Put',
      eventSource: 'aws:s3',
      s3: { bucket: { name: 'b' }, object: { key } },
    })),
  });
const message = (body: string, receives = 1): QueueMessage => ({ id: 'm', body, receipt: 'r', receives });

/** Gives out batches one after another, then waits as a long poll does. Ends when all are worked off. */
async function run(batches: (QueueMessage[] | Error)[], change: Partial<PollerOptions> = {}) {
  const calls: string[] = [];
  const idle = Promise.withResolvers<void>();
  const queue: Queue = {
    async receive(signal) {
      const next = batches.shift();
      if (next instanceof Error) throw next;
      if (next !== undefined) return next;
      idle.resolve();
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
      });
    },
    remove: async () => void calls.push('remove'),
    handBack: async (_message, seconds) => void calls.push(`back after ${seconds}`),
    ping: async () => undefined,
  };
  const record: PollerOptions['record'] = async ({ key }) => {
    calls.push(`record ${key}`);
    return 'recorded';
  };
  const log = createLogger('test', 'silent');
  const poller = startPoller({ queue, record, healthy: async () => undefined, log, ...change });
  await idle.promise;
  await poller.stop();
  return calls;
}

describe('the queue', () => {
  it('loses a message only after what it names is settled', async () => {
    expect(await run([[message(notification('a', 'b'))]])).toEqual(['record a', 'record b', 'remove']);
  });

  it.each(['settled', 'removed', 'unknown', 'foreign'] satisfies Verdict[])(
    'loses the message of an object that is %s',
    async (verdict) => {
      expect(await run([[message(notification('a'))]], { record: async () => verdict })).toEqual(['remove']);
    },
  );

  it.each(['garbage', '{"Event":"s3:TestEvent"}', '{"Records":[]}'])('loses %s', async (body) => {
    expect(await run([[message(body)]])).toEqual(['remove']);
  });

  it('keeps the message of an object that is not there, and gives it up after ten receives', async () => {
    const record = async (): Promise<Verdict> => 'missing';
    expect(await run([[message(notification('a'), 10)]], { record })).toEqual([]);
    expect(await run([[message(notification('a'), 11)]], { record })).toEqual(['remove']);
  });

  it('keeps a message of which one object is missing', async () => {
    const record = async ({ key }: { key: string }): Promise<Verdict> => (key === 'a' ? 'recorded' : 'missing');
    expect(await run([[message(notification('a', 'b'))]], { record })).toEqual([]);
  });

  it('gets a message back, and keeps it, when log or store fail', async () => {
    const record = async () => Promise.reject(new Error('no answer'));
    expect(await run([[message(notification('a'), 50)]], { record })).toEqual(['back after 5']);
  });

  it('goes on with the other messages of a batch when one fails', async () => {
    const record = async ({ key }: { key: string }): Promise<Verdict> => {
      if (key === 'a') throw new Error('no answer');
      return 'recorded';
    };
    const calls = await run([[message(notification('a')), message(notification('b'))]], { record });
    expect(calls.toSorted()).toEqual(['back after 5', 'remove']);
  });

  it('is asked again after it did not answer', async () => {
    vi.useFakeTimers();
    try {
      const running = run([new Error('down'), new Error('down'), [message(notification('a'))]]);
      await vi.runAllTimersAsync();
      expect(await running).toEqual(['record a', 'remove']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is not asked before log and store answer', async () => {
    const order: string[] = [];
    const answers = Promise.withResolvers<void>();
    const healthy = () => answers.promise;
    const record = async (): Promise<Verdict> => {
      order.push('record');
      return 'recorded';
    };
    const running = run([[message(notification('a'))]], { healthy, record });
    // Everything that could run without them has run when a later turn of the event loop begins.
    await new Promise((resolve) => setImmediate(resolve));
    order.push('healthy');
    answers.resolve();
    await running;
    expect(order).toEqual(['healthy', 'record']);
  });
});
