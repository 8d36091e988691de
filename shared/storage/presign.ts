import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

export interface PresignedPut {
  url: string;
  /** To be sent as given: both are signed, so a finished object cannot be overwritten with a link that still works. */
  headers: { 'content-type': string; 'if-none-match': '*' };
}

/**
 * A link with which a browser PUTs exactly this object: key, type, length and "does not exist yet" are signed.
 * @param ttlMs how long the link works, milliseconds
 */
export async function presignPut(
  client: S3Client,
  object: { bucket: string; key: string; contentType: string; size: number },
  ttlMs: number,
): Promise<PresignedPut> {
  const command = new PutObjectCommand({
    Bucket: object.bucket,
    Key: object.key,
    ContentType: object.contentType,
    ContentLength: object.size,
    IfNoneMatch: '*',
  });
  const url = await getSignedUrl(client, command, {
    expiresIn: Math.round(ttlMs / 1_000),
    signableHeaders: new Set(['host', 'content-type', 'content-length', 'if-none-match']),
  });
  return { url, headers: { 'content-type': object.contentType, 'if-none-match': '*' } };
}

/** A link to read an object, saved under `filename` by a browser. */
export async function presignGet(
  client: S3Client,
  object: { bucket: string; key: string; filename: string },
  ttlMs: number,
): Promise<string> {
  const command = new GetObjectCommand({
    Bucket: object.bucket,
    Key: object.key,
    ResponseContentDisposition: `attachment; filename*=UTF-8''${encodeFilename(object.filename)}`,
  });
  return getSignedUrl(client, command, { expiresIn: Math.round(ttlMs / 1_000) });
}

/** RFC 8187: what encodeURIComponent leaves and a header's value must not hold, too. A person may type half a surrogate pair. */
function encodeFilename(filename: string): string {
  return encodeURIComponent(filename.toWellFormed()).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
