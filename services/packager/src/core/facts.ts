import type { AudioTrack, Mp4File, Rendition, SubtitleTrack, Tier } from '@rushes/shared/events';
import type { Segment, Track } from '@rushes/shared/tracks';

/** The facts of one track: its `track.json` and all segments, those of its pages included. */
export interface TrackFacts {
  /** Also the name of its playlists. */
  id: string;
  track: Track;
  segments: readonly Segment[];
}

export interface VideoFacts extends TrackFacts {
  rendition: Rendition;
}

export interface AudioFacts extends TrackFacts {
  audio: AudioTrack;
}

/** All that playlists, master and MPD are made from. `folder` is the generation's media folder, without a slash at its end. */
export interface PackageFacts {
  folder: string;
  tier: Tier;
  /** How long the source is; while the tracks grow they are shorter. */
  durationSeconds: number;
  videos: readonly VideoFacts[];
  audios: readonly AudioFacts[];
  subtitles: readonly SubtitleTrack[];
  /** The file for sharing, where there is one. */
  mp4?: Mp4File | null | undefined;
}

/** Of `first` only the beginning is there: its tracks go on being written, each at its own pace. */
export function isGrowing({ tier }: Pick<PackageFacts, 'tier'>): boolean {
  return tier === 'first';
}

/** Length of a track in units of its timescale, as its segments add up. */
export function trackTicks(facts: TrackFacts): number {
  return facts.segments.reduce((sum, segment) => sum + segment.duration, 0);
}

export function trackSeconds(facts: TrackFacts): number {
  return trackTicks(facts) / facts.track.timescale;
}

/** What a player shows as the length in the end: that of the longest picture track, or what they will grow to. */
export function contentSeconds(facts: PackageFacts): number {
  return isGrowing(facts) ? facts.durationSeconds : Math.max(...facts.videos.map(trackSeconds));
}

/** Bytes of all media that the package names: init and segments of every track, subtitles, and the file for sharing. */
export function packageBytes(facts: PackageFacts): number {
  const tracks = [...facts.videos, ...facts.audios].map(
    ({ track, segments }) => track.init.bytes + segments.reduce((sum, segment) => sum + segment.bytes, 0),
  );
  const others = [...facts.subtitles, ...(facts.mp4 == null ? [] : [facts.mp4])];
  return [...tracks, ...others.map(({ size }) => size)].reduce((sum, bytes) => sum + bytes, 0);
}

/** Pixels of the short side: what a rung of the ladder is called by. */
export function shortSide({ rendition }: VideoFacts): number {
  return Math.min(rendition.width, rendition.height);
}

/** Parses "30000/1001" or "25"; frames per second. */
export function framesPerSecond(frameRate: string): number {
  const [numerator = Number.NaN, denominator = 1] = frameRate.split('/').map(Number);
  return numerator / denominator;
}
