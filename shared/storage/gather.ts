import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../errors.ts';
import { isFileError, toStorageFailure } from './errors.ts';
import type { Storage } from './types.ts';

/**
 * Puts objects one behind the other into a file, streaming. Of a track: its init and some of its segments, rising, which is
 * a fragmented MP4 that every decoder reads, also where segments in between are left out.
 * @throws Failure `internal` for a key that is missing, `storage_unavailable`; the signal's reason when aborted
 */
export async function gatherObjects(
  storage: Pick<Storage, 'readStream'>,
  bucket: string,
  keys: readonly string[],
  path: string,
  signal: AbortSignal,
): Promise<void> {
  // One after the other: the order in the file is the order of reading.
  for (const [index, key] of keys.entries()) {
    const body = await storage.readStream(bucket, key);
    if (body === null) {
      throw new Failure('internal', { detail: `${bucket}/${key} is named by facts and missing` });
    }
    try {
      await pipeline(body, createWriteStream(path, { flags: index === 0 ? 'w' : 'a' }), { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw isFileError(error) ? error : toStorageFailure(error, `GET ${bucket}/${key}`);
    }
  }
}
