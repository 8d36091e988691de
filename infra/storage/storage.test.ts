import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketCorsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { createStorage, IMMUTABLE } from '@rushes/shared/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { S3Notification } from '../embedded/notifier/notification.ts';
import { createNotifier } from '../embedded/notifier/server.ts';
import { startStorage, type TestStorage } from '../testing/storage.ts';
import { bootstrapBuckets } from './buckets.ts';
import { GRANTS, MEDIA_BUCKET, S3_SERVICES, UPLOADS_BUCKET } from './identities.ts';

const ORIGIN = 'http://studio.example';
let storage: TestStorage;
let admin: S3Client;
let notifier: Server;
const announced: string[] = [];

beforeAll(async () => {
  storage = await startStorage([ORIGIN]);
  admin = storage.clientOf('admin');
  notifier = createNotifier({
    token: storage.secrets.notifierToken,
    rule: { bucket: UPLOADS_BUCKET, prefix: 'uploads/', region: 'us-east-1' },
    send: async ({ Records: [{ eventName, s3 }] }: S3Notification) =>
      void announced.push(`${eventName} ${s3.object.key} ${s3.object.size} ${s3.object.eTag}`),
    now: () => new Date(),
    report: () => undefined,
  });
  notifier.listen(storage.ports.notifier, '127.0.0.1');
  await once(notifier, 'listening');
  for (const Bucket of [UPLOADS_BUCKET, MEDIA_BUCKET]) {
    await admin.send(new PutObjectCommand({ Bucket, Key: 'uploads/a/source', Body: 'hello' }));
  }
  for (const Key of ['videos/a/x.txt', 'signed/a/x.txt']) {
    await admin.send(new PutObjectCommand({ Bucket: MEDIA_BUCKET, Key, Body: 'hello', ContentType: 'text/plain' }));
  }
}, 60_000);
afterAll(async () => {
  notifier.closeAllConnections();
  notifier.close();
  await storage.stop();
});

/** `yes`, or the status of the refusal. */
async function may(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'yes';
  } catch (error) {
    return String((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? error);
  }
}

describe.each(S3_SERVICES)('the identity of %s', (service) => {
  it.each([UPLOADS_BUCKET, MEDIA_BUCKET])('may do in %s what the table says and no more', async (Bucket) => {
    const client = storage.clientOf(service);
    const rights = GRANTS[service].find(({ bucket }) => bucket === Bucket)?.rights ?? [];
    const Key = `uploads/${service}/source`;
    await admin.send(new PutObjectCommand({ Bucket, Key: `${Key}.old`, Body: 'x' }));
    const answers = {
      read: await may(async () =>
        (await client.send(new GetObjectCommand({ Bucket, Key: 'uploads/a/source' }))).Body?.transformToString(),
      ),
      list: await may(() => client.send(new ListObjectsV2Command({ Bucket }))),
      write: await may(() => client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))),
      parts: await may(async () => {
        const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: `${Key}.parts` }));
        await client.send(new AbortMultipartUploadCommand({ Bucket, Key: `${Key}.parts`, UploadId }));
      }),
      delete: await may(() => client.send(new DeleteObjectCommand({ Bucket, Key: `${Key}.old` }))),
      rules: await may(() => client.send(new PutBucketPolicyCommand({ Bucket, Policy: '{}' }))),
      cors: await may(() =>
        client.send(
          new PutBucketCorsCommand({
            Bucket,
            CORSConfiguration: { CORSRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'] }] },
          }),
        ),
      ),
      removal: await may(() => client.send(new DeleteBucketCommand({ Bucket }))),
    };
    const expected = (right: (typeof rights)[number]) => (rights.includes(right) ? 'yes' : '403');
    expect(answers).toEqual({
      read: expected('read'),
      list: expected('list'),
      write: expected('write'),
      parts: expected('write'),
      delete: expected('delete'),
      rules: '403',
      cors: '403',
      removal: '403',
    });
  });

  it('makes no bucket, neither asked to nor by writing', async () => {
    const client = storage.clientOf(service);
    expect(await may(() => client.send(new CreateBucketCommand({ Bucket: 'another' })))).toBe('403');
    expect(await may(() => client.send(new PutObjectCommand({ Bucket: 'another', Key: 'a', Body: 'x' })))).toBe('403');
  });
});

describe('a file of many parts', () => {
  it('is put whole by who may write, with its headers', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rushes-parts-'));
    const path = join(folder, 'video.mp4');
    const body = Buffer.alloc(40_000_001, 'of more than two parts');
    await writeFile(path, body);
    const transcoder = createStorage(storage.clientOf('transcoder'));
    const key = 'videos/parts/g1/segments/mp4/a1/video.mp4';
    await transcoder
      .putFile(MEDIA_BUCKET, key, path, { contentType: 'video/mp4', cacheControl: IMMUTABLE })
      .finally(() => rm(folder, { recursive: true }));
    const answer = await fetch(`${storage.endpoint}/${MEDIA_BUCKET}/${key}`, { headers: { range: 'bytes=39999999-' } });
    expect(answer.headers.get('content-range')).toBe('bytes 39999999-40000000/40000001');
    expect([answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual(['video/mp4', IMMUTABLE]);
    const stored = await transcoder.read(MEDIA_BUCKET, key);
    expect(stored?.body.equals(body)).toBe(true);
  });
});

describe('what everybody may', () => {
  const status = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${storage.endpoint}/${path}`, init);
    await response.arrayBuffer();
    return response.status;
  };

  it('read videos, and neither signed ones nor uploads nor lists', async () => {
    expect(await status(`${MEDIA_BUCKET}/videos/a/x.txt`)).toBe(200);
    for (const path of [
      `${MEDIA_BUCKET}/signed/a/x.txt`,
      `${UPLOADS_BUCKET}/uploads/a/source`,
      `${MEDIA_BUCKET}?list-type=2`,
      `${UPLOADS_BUCKET}?list-type=2`,
      '',
    ]) {
      expect(`${path} ${await status(path)}`).toBe(`${path} 403`);
    }
  });

  it('write nothing', async () => {
    for (const method of ['PUT', 'DELETE'])
      expect(await status(`${MEDIA_BUCKET}/videos/a/x.txt`, { method })).toBe(403);
  });

  it('reach no object past the S3 port', async () => {
    const filer = `http://127.0.0.1:${storage.ports.filer}/buckets/${UPLOADS_BUCKET}/uploads/a/source`;
    for (const method of ['GET', 'PUT', 'DELETE']) expect((await fetch(filer, { method })).status).toBe(401);
  });
});

describe('the rules of the buckets', () => {
  const preflight = (origin: string, method: string) =>
    fetch(`${storage.endpoint}/${UPLOADS_BUCKET}/uploads/a/source`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'content-type,if-none-match',
      },
    });

  it('let pages of allowed origins upload, and no others', async () => {
    const allowed = await preflight(ORIGIN, 'PUT');
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect((await preflight('http://elsewhere.example', 'PUT')).status).toBe(403);
    // SeaweedFS answers 200 to any method; what the browser reads is the list.
    expect((await preflight(ORIGIN, 'DELETE')).headers.get('access-control-allow-methods') ?? '').not.toContain(
      'DELETE',
    );
  });

  it('remove abandoned parts', async () => {
    const { Rules } = await admin.send(new GetBucketLifecycleConfigurationCommand({ Bucket: UPLOADS_BUCKET }));
    expect(Rules?.[0]).toMatchObject({ Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } });
  });

  it('can be set again at any time', async () => {
    const options = { uploadsBucket: UPLOADS_BUCKET, mediaBucket: MEDIA_BUCKET, allowedOrigins: [ORIGIN] };
    expect(await bootstrapBuckets(admin, options)).toEqual([]);
  });
});

describe('the announcement of an upload', () => {
  it('reaches the notifier with key, size and etag, and nothing else does', async () => {
    await admin.send(new PutObjectCommand({ Bucket: UPLOADS_BUCKET, Key: 'elsewhere/a', Body: 'x' }));
    await admin.send(new PutObjectCommand({ Bucket: MEDIA_BUCKET, Key: 'uploads/x', Body: 'x' }));
    const { ETag } = await admin.send(
      new PutObjectCommand({ Bucket: UPLOADS_BUCKET, Key: 'uploads/b c/source', Body: 'hello!' }),
    );
    const wanted = `ObjectCreated:Put uploads/b+c/source 6 ${ETag?.replaceAll('"', '')}`;
    await expect.poll(() => announced, { timeout: 10_000 }).toContain(wanted);
    expect(announced.filter((each) => !each.includes(' uploads/'))).toEqual([]);
    expect(announced.filter((each) => each.includes('uploads/x'))).toEqual([]);
  });
});
