import type { ClaimTrack } from '@rushes/shared/claims';
import type { InspectedData, Plan, TranscodedData, Visibility } from '@rushes/shared/events';
import { specsOf } from './grid.ts';
import { listed, type WrittenTrack } from './results.ts';
import { partOf } from './tiers.ts';

/** Segments of every track that make a beginning: players want to have so many before they begin. */
const FIRST_SEGMENTS = 2;

/** Ids of the tracks that a beginning is made of: the pictures of tier `first`, and all sound. None where there is no such tier. */
export function firstTracks(plan: Plan): string[] {
  if (!plan.tiers.some(({ tier }) => tier === 'first')) return [];
  return specsOf(partOf(plan, 'first')).map(({ id }) => id);
}

/** Whether enough is stored and written down of every track for the video to begin to play. */
export function isFirstDue(plan: Plan, tracks: readonly Pick<ClaimTrack, 'rendition' | 'segments'>[]): boolean {
  const stored = new Map(tracks.map(({ rendition, segments }) => [rendition, segments]));
  const wanted = firstTracks(plan);
  return wanted.length > 0 && wanted.every((id) => (stored.get(id) ?? 0) >= FIRST_SEGMENTS);
}

/**
 * What `transcoded` of tier `first` says: sizes and bit rates are of what exists, the length is the whole video's. A picture's
 * peak is still to come, so it is what the encoder may reach at most.
 * @param encodeSeconds of all attempts until now
 */
export function firstResult(
  { source, plan }: Pick<InspectedData, 'source' | 'plan'>,
  visibility: Visibility,
  tracks: readonly WrittenTrack[],
  encodeSeconds: number,
): TranscodedData {
  const { renditions, audio } = listed(tracks);
  const limits = new Map(plan.renditions.map(({ id, maxrate }) => [id, maxrate]));
  return {
    tier: 'first',
    final: false,
    durationSeconds: source.durationSeconds,
    visibility,
    encodeSeconds,
    renditions: renditions.map((rendition) => ({
      ...rendition,
      peakBitrate: Math.max(rendition.peakBitrate, limits.get(rendition.id) ?? 0),
    })),
    audio,
    subtitles: [],
  };
}
