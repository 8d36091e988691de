import type { SegmentAnnouncement } from '@rushes/shared/tracks';
import { mediaFolder } from '@rushes/shared/tracks';
import { isWorkable, tierRank, type Video, type VideoState } from '@rushes/shared/video';

export type GrowthDecision =
  /** The first playlists are not published yet, or the history read lags behind. */
  | { kind: 'wait' }
  /** Nothing grows any more, or nothing ever did. */
  | { kind: 'done' }
  | { kind: 'grow'; video: Video };

/** What an announcement of a generation's segments asks for, by the video's history. */
export function decideGrowth(state: VideoState, generation: number): GrowthDecision {
  if (state.status === 'none' || state.status === 'deleted') return { kind: 'done' };
  if (generation > state.current.number) return { kind: 'wait' };
  if (!isWorkable(state, generation)) return { kind: 'done' };
  const packaged = tierRank(state.current.packaged?.tier);
  if (packaged >= tierRank('standard')) return { kind: 'done' };
  return packaged < tierRank('first') ? { kind: 'wait' } : { kind: 'grow', video: state };
}

/**
 * The folder of a beginning that plays and will never be whole, because its generation failed or a newer one was begun; null
 * where nothing of that kind plays.
 */
export function abandonedBeginning(state: VideoState): string | null {
  if (state.status === 'none' || state.status === 'deleted') return null;
  const { playing, current } = state;
  if (playing?.packaged?.tier !== 'first') return null;
  const isClosed = playing.number !== current.number || current.outcome !== null;
  return isClosed ? mediaFolder(state.visibility, state.id, playing.number) : null;
}

/** Tracks of an announcement whose facts stand in the generation's own folder; others are refused by name. */
export function ownTracks({ tracks }: SegmentAnnouncement, folder: string) {
  const isOwn = ({ rendition, track }: SegmentAnnouncement['tracks'][number]) =>
    track.startsWith(`${folder}/segments/${rendition}/`) && /^[a-z0-9-]+$/i.test(rendition);
  return { own: tracks.filter(isOwn), foreign: tracks.filter((track) => !isOwn(track)).map(({ track }) => track) };
}
