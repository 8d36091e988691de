import type { AudioTrack, Rendition, TranscodedData } from '@rushes/shared/events';
import type { Segment } from '@rushes/shared/tracks';
import { audioResult, renditionResult, type TrackHead, type TrackSpec } from './facts.ts';

/** A track as it stands in storage. */
export interface WrittenTrack {
  spec: TrackSpec;
  head: TrackHead;
  folder: string;
  /** Keys of the pages that are full. */
  pages: readonly string[];
  segments: readonly Segment[];
}

/** Keys of a track's init and of all its segments, in order. */
export function keysOf({ head, segments }: WrittenTrack): string[] {
  return [head.init.key, ...segments.map(({ key }) => key)];
}

/** Bytes of a track's init and of all its segments. */
export function sizeOf({ head, segments }: WrittenTrack): number {
  return segments.reduce((sum, { bytes }) => sum + bytes, head.init.bytes);
}

/** Tracks as `transcoded` lists them. */
export function listed(tracks: readonly WrittenTrack[]): { renditions: Rendition[]; audio: AudioTrack[] } {
  const results: Pick<TranscodedData, 'renditions' | 'audio'> = { renditions: [], audio: [] };
  // The plan puts the source's default sound first; each bit rate of it is the default of its group.
  let defaultStream: number | undefined;
  for (const { spec, head, folder, segments } of tracks) {
    if (spec.kind === 'video') {
      results.renditions.push(renditionResult(spec, head, folder, segments));
      continue;
    }
    defaultStream ??= spec.audio.sourceStream;
    const isDefault = spec.audio.sourceStream === defaultStream;
    results.audio.push(audioResult(spec, head, folder, segments, isDefault));
  }
  return results;
}

/** Lists of `transcoded` hold all tiers: what a later tier has made stands behind what there was. */
export function cumulated(
  before: TranscodedData | null,
  made: Pick<TranscodedData, 'renditions' | 'audio' | 'mp4'>,
): Pick<TranscodedData, 'renditions' | 'audio' | 'mp4'> {
  const mp4 = before === null ? made.mp4 : before.mp4;
  return {
    renditions: [...(before?.renditions ?? []), ...made.renditions],
    audio: [...(before?.audio ?? []), ...made.audio],
    ...(mp4 === undefined ? {} : { mp4 }),
  };
}
