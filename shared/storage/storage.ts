import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { S3Config } from '../service/config.ts';
import type { Check } from '../service/health.ts';
import { download } from './download.ts';
import { statusOf, toStorageFailure } from './errors.ts';
import type { ObjectFacts, PutOptions, PutResult, Storage } from './types.ts';

const CONNECT_MS = 5_000;
const SILENCE_MS = 60_000;
/** Parts of a multipart upload; smaller files go up in one. */
const PART_BYTES = 16 * 1024 * 1024;

/** A client for a store; `endpoint` overrides the configured one (for URLs that a browser will use). */
export function createS3Client(config: S3Config, endpoint = config.S3_ENDPOINT): S3Client {
  return new S3Client({
    region: config.S3_REGION,
    forcePathStyle: config.S3_FORCE_PATH_STYLE,
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: 5,
    // A store that has gone without a word must not hold a call for ever.
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
    // The SDK would add checksums of its own, which several stores refuse and which break presigned URLs.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

export function createStorage(client: S3Client): Storage {
  return {
    head: (bucket, key) => head(client, bucket, key),
    read: (bucket, key) => read(client, bucket, key),
    readStream: (bucket, key) => readStream(client, bucket, key),
    download: (bucket, key, path, options = {}) => download(client, bucket, key, path, options),
    put: (bucket, key, body, options) => put(client, bucket, key, body, options),
    putFile: (bucket, key, path, options) => putFile(client, bucket, key, path, options),
    list: (bucket, prefix, options = {}) => list(client, bucket, prefix, options.startAfter),
    deletePrefix: (bucket, prefix) => deletePrefix(client, bucket, prefix),
    abortUploads: (bucket, prefix) => abortUploads(client, bucket, prefix),
    ping: (bucket) => ping(client, bucket),
  };
}

const unquoted = (etag: string | undefined) => (etag ?? '').replaceAll('"', '');

async function head(client: S3Client, bucket: string, key: string): Promise<ObjectFacts | null> {
  try {
    const answer = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return {
      key,
      size: answer.ContentLength ?? 0,
      etag: unquoted(answer.ETag),
      lastModified: answer.LastModified ?? new Date(0),
      contentType: answer.ContentType,
    };
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw toStorageFailure(error, `HEAD ${bucket}/${key}`);
  }
}

async function read(client: S3Client, bucket: string, key: string): Promise<{ body: Buffer; etag: string } | null> {
  try {
    const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const bytes = await answer.Body?.transformToByteArray();
    return { body: Buffer.from(bytes ?? []), etag: unquoted(answer.ETag) };
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw toStorageFailure(error, `GET ${bucket}/${key}`);
  }
}

async function readStream(client: S3Client, bucket: string, key: string): Promise<Readable | null> {
  try {
    const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return answer.Body instanceof Readable ? answer.Body : null;
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw toStorageFailure(error, `GET ${bucket}/${key}`);
  }
}

async function put(
  client: S3Client,
  bucket: string,
  key: string,
  body: Buffer | string,
  options: PutOptions,
): Promise<PutResult> {
  try {
    const answer = await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: body,
        ContentType: options.contentType,
        CacheControl: options.cacheControl,
        IfMatch: options.ifMatch === undefined ? undefined : `"${options.ifMatch}"`,
        IfNoneMatch: options.ifNoneMatch,
      }),
      { abortSignal: options.signal },
    );
    return { kind: 'stored', etag: unquoted(answer.ETag) };
  } catch (error) {
    const status = statusOf(error);
    // 409: another conditional write of the same key is under way. 404 answers If-Match on an object that is gone.
    if (status === 412 || status === 409 || (status === 404 && options.ifMatch !== undefined)) {
      return { kind: 'precondition_failed' };
    }
    throw toStorageFailure(error, `PUT ${bucket}/${key}`);
  }
}

async function putFile(
  client: S3Client,
  bucket: string,
  key: string,
  path: string,
  options: PutOptions,
): Promise<{ etag: string }> {
  const upload = new Upload({
    client,
    partSize: PART_BYTES,
    queueSize: 4,
    params: {
      Bucket: bucket,
      Key: key,
      Body: createReadStream(path),
      ContentType: options.contentType,
      CacheControl: options.cacheControl,
    },
  });
  const abort = () => void upload.abort();
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    const answer = await upload.done();
    return { etag: unquoted(answer.ETag) };
  } catch (error) {
    throw toStorageFailure(error, `PUT ${bucket}/${key}`);
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}

async function* list(
  client: S3Client,
  bucket: string,
  prefix: string,
  startAfter: string | undefined,
): AsyncGenerator<ObjectFacts> {
  try {
    for await (const page of paginateListObjectsV2(
      { client },
      { Bucket: bucket, Prefix: prefix, StartAfter: startAfter },
    )) {
      for (const item of page.Contents ?? []) {
        yield {
          key: item.Key ?? '',
          size: item.Size ?? 0,
          etag: unquoted(item.ETag),
          lastModified: item.LastModified ?? new Date(0),
          contentType: undefined,
        };
      }
    }
  } catch (error) {
    throw toStorageFailure(error, `LIST ${bucket}/${prefix}`);
  }
}

async function deletePrefix(client: S3Client, bucket: string, prefix: string): Promise<number> {
  if (!prefix.endsWith('/')) throw new Error(`refusing to delete by the prefix "${prefix}": it must end with /`);
  let deleted = 0;
  try {
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
      const keys = (page.Contents ?? []).flatMap((item) => (item.Key === undefined ? [] : [{ Key: item.Key }]));
      if (keys.length === 0) continue;
      const answer = await client.send(
        new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys, Quiet: true } }),
      );
      const failed = answer.Errors?.[0];
      if (failed) throw new Error(`${failed.Key}: ${failed.Code} ${failed.Message}`);
      deleted += keys.length;
    }
    return deleted;
  } catch (error) {
    throw toStorageFailure(error, `DELETE ${bucket}/${prefix}`);
  }
}

async function abortUploads(client: S3Client, bucket: string, prefix: string): Promise<number> {
  let aborted = 0;
  try {
    for (;;) {
      // Aborted ones leave the list, so its first page is always what is left.
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }));
      if (Uploads.length === 0) return aborted;
      for (const { Key, UploadId } of Uploads) {
        await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
        aborted += 1;
      }
    }
  } catch (error) {
    throw toStorageFailure(error, `ABORT ${bucket}/${prefix}`);
  }
}

/** Any answer below 500 will do, also "no such key" and "not yours": the store is there. */
async function ping(client: S3Client, bucket: string): Promise<void> {
  try {
    await client.send(new HeadObjectCommand({ Bucket: bucket, Key: '.rushes-ping' }));
  } catch (error) {
    const status = statusOf(error);
    if (status === undefined || status >= 500) throw toStorageFailure(error, `HEAD ${bucket}`);
  }
}

/** For `/readyz`, and for whoever takes work only while the store answers. */
export function storageCheck(storage: Pick<Storage, 'ping'>, bucket: string): Check {
  return { name: 's3', probe: () => storage.ping(bucket) };
}
