import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Failure } from '../errors.ts';
import { isFileError, statusOf, toStorageFailure } from './errors.ts';

const RANGE_BYTES = 16 * 1024 * 1024;
const PARALLEL = 4;
/** A range that breaks off is asked for again where it broke, this many times without a byte in between. */
const TRIES = 5;
const RETRY_MS = 500;

export interface DownloadOptions {
  ifMatch?: string;
  signal?: AbortSignal;
  onBytes?: (bytes: number) => void;
}

/** Streams an object into a file by parallel ranges. A store that has another version of it gives `source_changed`. */
export async function download(
  client: S3Client,
  bucket: string,
  key: string,
  path: string,
  options: DownloadOptions,
): Promise<{ size: number; etag: string }> {
  const { size, etag } = await sizeOf(client, bucket, key, options);
  const file = await open(path, 'w');
  try {
    let done = 0;
    const onBytes = (bytes: number) => {
      done += bytes;
      options.onBytes?.(done);
    };
    const starts = Array.from({ length: Math.ceil(size / RANGE_BYTES) }, (_, index) => index * RANGE_BYTES).values();
    const lane = async () => {
      for (const start of starts) {
        const end = Math.min(start + RANGE_BYTES, size);
        await fetchRange({ client, bucket, key, etag, file, onBytes, signal: options.signal }, start, end);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, lane));
  } finally {
    await file.close();
  }
  return { size, etag };
}

async function sizeOf(client: S3Client, bucket: string, key: string, options: DownloadOptions) {
  try {
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), {
      abortSignal: options.signal,
    });
    const etag = (head.ETag ?? '').replaceAll('"', '');
    if (options.ifMatch !== undefined && etag !== options.ifMatch) {
      throw new Failure('source_changed', { detail: `${bucket}/${key} is ${etag}, not ${options.ifMatch}` });
    }
    return { size: head.ContentLength ?? 0, etag };
  } catch (error) {
    throw asSourceFailure(error, bucket, key);
  }
}

interface Range {
  client: S3Client;
  bucket: string;
  key: string;
  etag: string;
  file: FileHandle;
  onBytes: (bytes: number) => void;
  signal: AbortSignal | undefined;
}

async function fetchRange(range: Range, start: number, end: number): Promise<void> {
  let position = start;
  for (let tries = 0; position < end; ) {
    range.signal?.throwIfAborted();
    const before = position;
    try {
      const answer = await range.client.send(
        new GetObjectCommand({
          Bucket: range.bucket,
          Key: range.key,
          Range: `bytes=${position}-${end - 1}`,
          IfMatch: `"${range.etag}"`,
        }),
        { abortSignal: range.signal },
      );
      for await (const chunk of answer.Body as Readable) {
        await range.file.write(chunk, 0, chunk.length, position);
        position += chunk.length;
        range.onBytes(chunk.length);
      }
    } catch (error) {
      const failure = asSourceFailure(error, range.bucket, range.key);
      tries = position > before ? 0 : tries + 1;
      const transient = failure instanceof Failure && failure.code === 'storage_unavailable';
      if (!transient || tries >= TRIES) throw failure;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS * tries));
    }
  }
}

function asSourceFailure(error: unknown, bucket: string, key: string): unknown {
  const status = statusOf(error);
  if (status === 404) return new Failure('source_missing', { cause: error, detail: `${bucket}/${key}` });
  if (status === 412) return new Failure('source_changed', { cause: error, detail: `${bucket}/${key}` });
  if (isFileError(error)) return error;
  return toStorageFailure(error, `GET ${bucket}/${key}`);
}
