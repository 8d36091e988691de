import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3Config } from '../service/config.ts';
import type { Check } from '../service/health.ts';
import { download } from './download.ts';
import { statusOf, toStorageFailure } from './errors.ts';
import { head, list, read, readStream } from './read.ts';
import type { Storage } from './types.ts';
import { abortUploads, deleteKeys, deletePrefix, put, putFile } from './write.ts';

const CONNECT_MS = 5_000;
const SILENCE_MS = 60_000;

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
    deleteKeys: (bucket, keys) => deleteKeys(client, bucket, keys),
    abortUploads: (bucket, prefix) => abortUploads(client, bucket, prefix),
    ping: (bucket) => ping(client, bucket),
  };
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
