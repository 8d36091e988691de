import type { ThumbnailedData, Tier } from '@rushes/shared/events';
import { readTrackFacts } from '@rushes/shared/storage';
import { type PackageFacts, type TrackFacts, trackSeconds } from './core/facts.ts';
import type { Media } from './ports.ts';

/**
 * Reads the facts of every track that an event names, all at the same time.
 * @param folder the generation's media folder
 * @throws Failure `package_invalid` for facts that are missing or cannot be read, `storage_unavailable`
 */
export async function readFacts(
  media: Media,
  folder: string,
  tier: Tier,
  data: Pick<ThumbnailedData, 'durationSeconds' | 'renditions' | 'audio' | 'subtitles' | 'mp4'>,
): Promise<PackageFacts> {
  const read = async (named: { id: string; track: string }): Promise<TrackFacts> => ({
    id: named.id,
    ...(await readTrackFacts(media.storage, media.bucket, named.track)),
  });
  const [videos, audios] = await Promise.all([
    Promise.all((data.renditions ?? []).map(async (rendition) => ({ rendition, ...(await read(rendition)) }))),
    Promise.all((data.audio ?? []).map(async (audio) => ({ audio, ...(await read(audio)) }))),
  ]);
  return {
    folder,
    tier,
    durationSeconds: data.durationSeconds ?? Math.max(...videos.map(trackSeconds)),
    videos,
    audios,
    subtitles: data.subtitles ?? [],
    mp4: data.mp4,
  };
}
