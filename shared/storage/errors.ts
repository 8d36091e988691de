import { S3ServiceException } from '@aws-sdk/client-s3';
import { Failure } from '../errors.ts';

/** HTTP status of a store's answer; undefined when it did not answer at all. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

/** A store's error as a Failure: no answer, 5xx and 429 can be tried again, the rest is ours or the store's configuration. */
export function toStorageFailure(error: unknown, what: string): unknown {
  if (error instanceof Failure || (error instanceof Error && error.name === 'AbortError')) return error;
  const status = statusOf(error);
  const detail = `${what}: ${status ?? 'no answer'} ${String(error)}`;
  if (status === undefined || status >= 500 || status === 429) {
    return new Failure('storage_unavailable', { cause: error, detail });
  }
  return new Failure('internal', { cause: error, detail });
}

/** A full disk is not the store's fault. */
export function isFileError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

/** ETags are quoted in HTTP and bare everywhere in Rushes. */
export const unquoted = (etag: string | undefined) => (etag ?? '').replaceAll('"', '');
