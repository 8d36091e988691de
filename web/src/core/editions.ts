import type { VideoView } from '@rushes/shared/video';

/**
 * What a master offers, as far as a player that has read it must know: players do not read one again. That its playlists end
 * is no reason, they are read again as they grow.
 */
export function editionOf({ generation, renditions }: Pick<VideoView, 'generation' | 'renditions'>): string {
  return [generation, ...renditions.map(({ id }) => id)].join(' ');
}

/** Seconds that a video will be long of which only the beginning plays; null where it is whole or nobody works on it. */
export function growsTo(video: Pick<VideoView, 'status' | 'error' | 'progress' | 'durationSeconds'>): number | null {
  const isGrowing = video.status === 'playable' && video.error === null && video.progress !== null;
  return isGrowing ? video.durationSeconds : null;
}
