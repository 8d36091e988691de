import { gatherObjects } from '@rushes/shared/storage';
import type { PictureFacts } from './core/frames.ts';
import type { Media } from './ports.ts';

/**
 * Puts the init segment and some segments of a rendition one behind the other into a file.
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
  await gatherObjects(media.storage, media.bucket, [facts.track.init.key, ...keys], path, signal);
}
