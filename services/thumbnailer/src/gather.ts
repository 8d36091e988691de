import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Failure } from '@rushes/shared/errors';
import type { PictureFacts } from './core/frames.ts';
import type { Media } from './ports.ts';

/**
 * Puts the init segment and some segments of a rendition one behind the other into a file: a fragmented MP4 that every
 * decoder reads, also where segments in between are left out.
 * @param segments indexes into the facts, rising
 */
export async function gather(
  media: Media,
  facts: PictureFacts,
  segments: readonly number[],
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const keys = segments.flatMap((index) => facts.segments[index]?.key ?? []);
  // One after the other: the order in the file is the order of reading, and only a few hundred KB each.
  for (const [index, key] of [facts.track.init.key, ...keys].entries()) {
    const body = await media.storage.readStream(media.bucket, key);
    if (body === null)
      throw new Failure('internal', { detail: `${media.bucket}/${key} is named by facts and missing` });
    await pipeline(body, createWriteStream(path, { flags: index === 0 ? 'w' : 'a' }), { signal });
  }
}
