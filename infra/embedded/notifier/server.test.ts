import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { S3Notification } from './notification.ts';
import { createNotifier } from './server.ts';

const token = 'a-token-of-the-store';
const event = {
  event_type: 'create',
  key: '/buckets/rushes-uploads/uploads/a/source',
  message: { new_parent_path: '/buckets/rushes-uploads/uploads/a', new_entry: { name: 'source' } },
};
let close = () => {};
afterEach(() => close());

async function start(send: (notification: S3Notification) => Promise<void>) {
  const rule = { bucket: 'rushes-uploads', prefix: 'uploads/', region: 'us-east-1' };
  const server = createNotifier({ token, rule, send, now: () => new Date(), report: () => undefined });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  close = () => server.closeAllConnections();
  server.unref();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return async (body: string, authorization = `Bearer ${token}`) =>
    (await fetch(url, { method: 'POST', body, headers: { authorization } })).status;
}

describe('the notifier', () => {
  it('answers after the queue took the notification', async () => {
    const taken: string[] = [];
    const post = await start(async ({ Records: [record] }) => void taken.push(record.s3.object.key));
    expect(await post(JSON.stringify(event))).toBe(200);
    expect(taken).toEqual(['uploads/a/source']);
  });

  it('answers 503 when the queue does not take it, so that the store sends it again', async () => {
    const post = await start(() => Promise.reject(new Error('queue is down')));
    expect(await post(JSON.stringify(event))).toBe(503);
  });

  it('takes nothing without the token', async () => {
    const post = await start(() => Promise.reject(new Error('must not be called')));
    expect(await post(JSON.stringify(event), 'Bearer wrong')).toBe(401);
    expect(await post(JSON.stringify(event), '')).toBe(401);
  });

  it('lets what is no event go by', async () => {
    const post = await start(() => Promise.reject(new Error('must not be called')));
    expect(await post('not json')).toBe(200);
    expect(await post('{}')).toBe(200);
  });
});
