import { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { statusOf, toStorageFailure, unquoted } from './errors.ts';
import type { ObjectFacts } from './types.ts';

export async function head(client: S3Client, bucket: string, key: string): Promise<ObjectFacts | null> {
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

/** Times that a small object is asked for whose answer breaks off. */
const READS = 3;

export async function read(
  client: S3Client,
  bucket: string,
  key: string,
): Promise<{ body: Buffer; etag: string } | null> {
  for (let tries = 1; ; tries += 1) {
    try {
      const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      const bytes = await answer.Body?.transformToByteArray();
      return { body: Buffer.from(bytes ?? []), etag: unquoted(answer.ETag) };
    } catch (error) {
      const status = statusOf(error);
      if (status === 404) return null;
      // The client asks again for what was refused, but not for an answer that broke off in the middle.
      if (status === undefined && tries < READS) continue;
      throw toStorageFailure(error, `GET ${bucket}/${key}`);
    }
  }
}

export async function readStream(client: S3Client, bucket: string, key: string): Promise<Readable | null> {
  try {
    const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return answer.Body instanceof Readable ? answer.Body : null;
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw toStorageFailure(error, `GET ${bucket}/${key}`);
  }
}

export async function* list(
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
