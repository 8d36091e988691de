import { createReadStream } from 'node:fs';
import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { statusOf, toStorageFailure, unquoted } from './errors.ts';
import type { PutOptions, PutResult } from './types.ts';

/** Parts of a multipart upload; smaller files go up in one. */
const PART_BYTES = 16 * 1024 * 1024;
/** Keys that one DeleteObjects takes, by the S3 API. */
const MAX_DELETED = 1_000;

export async function put(
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

export async function putFile(
  client: S3Client,
  bucket: string,
  key: string,
  path: string,
  options: PutOptions,
): Promise<{ etag: string }> {
  // The upload listens for later aborts only.
  options.signal?.throwIfAborted();
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

export async function deletePrefix(client: S3Client, bucket: string, prefix: string): Promise<number> {
  if (!prefix.endsWith('/')) throw new Error(`refusing to delete by the prefix "${prefix}": it must end with /`);
  let deleted = 0;
  try {
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
      const keys = (page.Contents ?? []).flatMap((item) => item.Key ?? []);
      await deleteBatch(client, bucket, keys);
      deleted += keys.length;
    }
    return deleted;
  } catch (error) {
    throw toStorageFailure(error, `DELETE ${bucket}/${prefix}`);
  }
}

export async function deleteKeys(client: S3Client, bucket: string, keys: readonly string[]): Promise<number> {
  try {
    for (let from = 0; from < keys.length; from += MAX_DELETED) {
      await deleteBatch(client, bucket, keys.slice(from, from + MAX_DELETED));
    }
    return keys.length;
  } catch (error) {
    throw toStorageFailure(error, `DELETE ${keys.length} objects of ${bucket}, from ${keys[0]} on`);
  }
}

/** One request; it answers 200 also where single objects could not be deleted. */
async function deleteBatch(client: S3Client, bucket: string, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  const Objects = keys.map((Key) => ({ Key }));
  const answer = await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }));
  const failed = answer.Errors?.[0];
  if (failed) throw new Error(`${failed.Key}: ${failed.Code} ${failed.Message}`);
}

export async function abortUploads(client: S3Client, bucket: string, prefix: string): Promise<number> {
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
