import { v7 as uuidv7 } from 'uuid';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type Created, until } from '../setup/client.ts';
import { callQueue } from '../setup/queue.ts';
import { putText, registerText, untilVerb, verbsOf } from './harness.ts';

const endpoints = inject('endpoints');
const api = { origin: endpoints.origin };
const { uploadsBucket: bucket } = endpoints.s3;
const ONE_MIB = 1024 * 1024;

const sqs = (call: string, parameters: object) => callQueue(endpoints, call, parameters);
const tellQueue = (body: string) => sqs('SendMessage', { MessageBody: body });

async function tellWebhook(body: string, change: { token?: string; path?: string } = {}): Promise<number> {
  const { token = endpoints.webhook.token, path = '' } = change;
  const headers: Record<string, string> = path === '' ? { authorization: `Bearer ${token}` } : {};
  const answer = await fetch(`${api.origin}/webhooks/s3${path}`, { method: 'POST', headers, body });
  await answer.arrayBuffer();
  return answer.status;
}

/** Messages that the queue still has, seen or hidden. */
async function waiting(): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
  const { Attributes } = await sqs('GetQueueAttributes', { AttributeNames: names });
  return names.reduce((sum, name) => sum + Number((Attributes as Record<string, string>)[name]), 0);
}

const untilEmpty = () => until('the queue to be empty', waiting, (count) => count === 0);

const record = (eventName: string, eventSource: string, key: string) => ({
  Records: [{ eventVersion: '2.1', eventName, eventSource, s3: { bucket: { name: bucket }, object: { key } } }],
});
const bridged = (detailType: string, key: string) => ({
  source: 'aws.s3',
  'detail-type': detailType,
  detail: { bucket: { name: bucket }, object: { key, size: 1, etag: 'wrong', sequencer: '00' } },
});
const inSns = (document: object) => ({ Type: 'Notification', TopicArn: 'arn', Message: JSON.stringify(document) });

/** That an object is there, as each store says it. Sizes and etags are wrong on purpose: nobody may believe them. */
function created(key: string): object[] {
  const encoded = key.replaceAll('/', '%2F');
  const aws = record('ObjectCreated:Put', 'aws:s3', key);
  return [
    aws,
    record('ObjectCreated:CompleteMultipartUpload', 'aws:s3', encoded),
    inSns(aws),
    bridged('Object Created', key),
    inSns(bridged('Object Created', key)),
    {
      EventName: 's3:ObjectCreated:Put',
      Key: `${bucket}/${key}`,
      ...record('s3:ObjectCreated:Put', 'minio:s3', encoded),
    },
    record('ObjectCreated:Put', 'ceph:s3', key),
    record('s3:ObjectCreated:Put', 'aws:s3', key),
    { event_type: 'create', key: `/buckets/${bucket}/${key}`, message: { new_entry: { is_directory: false } } },
  ];
}

/** What tells of no upload of ours, and must neither change anything nor stay in the queue. */
function beside(key: string): string[] {
  const documents = [
    { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: bucket },
    record('ObjectRemoved:Delete', 'aws:s3', key),
    record('s3:ObjectRemoved:Delete', 'minio:s3', key),
    bridged('Object Deleted', key),
    { event_type: 'delete', key: `/buckets/${bucket}/${key}`, message: {} },
    { event_type: 'create', key: `/buckets/${bucket}/uploads`, message: { new_entry: { is_directory: true } } },
    record('ObjectCreated:Put', 'aws:s3', `uploads/${uuidv7()}/source`),
    record('ObjectCreated:Put', 'aws:s3', 'uploads/%E0%A4%A/source'),
    record('ObjectCreated:Put', 'aws:s3', '../../etc/passwd'),
    { Records: [{ eventName: 'ObjectCreated:Put', eventSource: 'aws:s3', s3: { bucket: {}, object: {} } }, null, 7] },
    { Records: 'none' },
    { Type: 'Notification', Message: '{' },
    { Records: [] },
    {
      Records: [
        { eventName: 'ObjectCreated:Put', eventSource: 'aws:s3', s3: { bucket: { name: 'other' }, object: { key } } },
      ],
    },
  ];
  const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
  return [...documents.map((document) => JSON.stringify(document)), 'garbage', '{', 'null', '42', '"text"', deep];
}

/** In an order that is the same in every run, and nobody's. */
function shuffled<T>(items: readonly T[]): T[] {
  let seed = 7;
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed;
  };
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

async function eachTen(items: readonly string[], send: (body: string) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < items.length; start += 10) await Promise.all(items.slice(start, start + 10).map(send));
}

describe('notifications in every form, twenty times each, in no order, by queue and webhook', () => {
  let upload: Created;
  const answers: number[] = [];

  beforeAll(async () => {
    upload = await registerText(api, 'told often');
    const { key } = upload.video.upload.location;
    const documents = created(key).map((document) => JSON.stringify(document));
    const twenty = Array.from({ length: 20 }, () => documents).flat();
    const all = shuffled([...twenty, ...beside(key)]);
    // Some come before the object is there.
    await eachTen(all.slice(0, 20), tellWebhook);
    expect(await putText(upload)).toBe(200);
    await Promise.all([
      eachTen(all, tellQueue),
      eachTen(all, async (body) => void answers.push(await tellWebhook(body))),
    ]);
  });

  it('make one upload', async () => {
    await untilVerb(api, upload.video.id, 'failed');
    await untilEmpty();
    const verbs = await verbsOf(api, upload.video.id);
    expect(verbs).toEqual(['requested', expect.stringContaining('uploaded via '), 'failed']);
  });

  it('are all taken by the webhook, but for what is no JSON', () => {
    const refused = answers.filter((status) => status !== 202);
    expect(refused).toEqual([400, 400]);
  });

  it('leave the queue, whatever they are', async () => {
    await eachTen(beside(upload.video.upload.location.key), tellQueue);
    await untilEmpty();
    expect(await waiting()).toBe(0);
  });
});

describe('the webhook', () => {
  it('takes a body of up to a mebibyte and no more', async () => {
    const padded = (bytes: number) => {
      const empty = JSON.stringify({ Records: [], padding: '' });
      return empty.replace('""', `"${'x'.repeat(bytes - empty.length)}"`);
    };
    expect(await tellWebhook(padded(ONE_MIB))).toBe(202);
    expect(await tellWebhook(padded(ONE_MIB + 1))).toBe(413);
  });

  it('lets in the token alone, as bearer or in the path', async () => {
    expect(await tellWebhook('{}', { token: 'wrong' })).toBe(401);
    expect(await tellWebhook('{}', { path: '/wrong' })).toBe(401);
    expect(await tellWebhook('{}', { path: `/${endpoints.webhook.token}` })).toBe(202);
  });
});
