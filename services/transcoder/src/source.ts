import type { StageContext } from '@rushes/shared/stage';
import type { StoredSource, Video } from '@rushes/shared/video';
import type { TranscoderDeps } from './ports.ts';

/** The object that the video's newest generation is made from. */
export function sourceOf(video: Video): StoredSource {
  const { stored, number } = video.current;
  if (stored === null) throw new Error(`generation ${number} has no source, so it has no work`);
  return stored;
}

/**
 * Copies the source into scratch.
 * @param onShare told how much of it is there, 0…1
 * @throws Failure `source_missing`, `source_changed`, `storage_unavailable`
 */
export async function downloadSource(
  context: Pick<StageContext, 'video' | 'signal'>,
  deps: Pick<TranscoderDeps, 'storage'>,
  path: string,
  onShare: (share: number) => void,
): Promise<void> {
  const { bucket, key, etag, size } = sourceOf(context.video);
  await deps.storage.download(bucket, key, path, {
    ifMatch: etag,
    signal: context.signal,
    onBytes: (bytes) => onShare(bytes / Math.max(1, size)),
  });
}
