import type { SubtitleTrack } from '@rushes/shared/events';
import type { Piece } from './bandwidth.ts';
import type { PackageFacts, TrackFacts, VideoFacts } from './facts.ts';
import { decimalSeconds, microseconds, pieceMicroseconds } from './time.ts';
import { relativeUri } from './uri.ts';

/**
 * Version 6 is the lowest that allows EXT-X-MAP in a playlist of whole segments (RFC 8216, 7); nothing here needs more.
 */
const VERSION = 6;

export interface PlaylistOptions {
  /** Whole seconds; the same for all tracks of a package (rule 8.2). */
  targetSeconds: number;
  /** `EVENT` may still grow; `VOD` is complete. Default: `VOD`. */
  type?: 'VOD' | 'EVENT';
}

export function playlistKey(folder: string, id: string): string {
  return `${folder}/hls/${id}.m3u8`;
}

export function iframePlaylistKey(folder: string, id: string): string {
  return `${folder}/hls/${id}-iframes.m3u8`;
}

export function masterKey(folder: string): string {
  return `${folder}/hls/master.m3u8`;
}

/**
 * The one target duration of a package in whole seconds: the longest segment of any track, rounded to the nearest as RFC
 * 8216 compares it. One for all, since audio and video must have the same.
 */
export function targetSeconds(tracks: readonly TrackFacts[]): number {
  const longest = tracks.flatMap((facts) => Math.round(Math.max(...extinf(facts), 0) / 1_000_000));
  return Math.max(1, ...longest);
}

function extinf(facts: TrackFacts): number[] {
  return pieceMicroseconds(
    facts.segments.map(({ duration }) => duration),
    facts.track.timescale,
  );
}

/** The media playlist of a track: segments by relative reference, durations that add up exactly. */
export function mediaPlaylist(folder: string, facts: TrackFacts, options: PlaylistOptions): string {
  const key = playlistKey(folder, facts.id);
  const durations = extinf(facts);
  const segments = facts.segments.flatMap((segment, index) => [
    `#EXTINF:${decimalSeconds(durations[index] ?? 0)},`,
    relativeUri(key, segment.key),
  ]);
  return document([
    ...head(options),
    '#EXT-X-INDEPENDENT-SEGMENTS',
    `#EXT-X-MAP:URI="${relativeUri(key, facts.track.init.key)}"`,
    ...segments,
    ...tail(options),
  ]);
}

/** The first picture of a closed GOP: where it is, and how long until the next. */
export interface IframePiece extends Piece {
  key: string;
  /** Bytes from the start of the segment; the range holds the `moof` (rule 6.10). */
  offset: number;
}

/** All keyframes of a track in order, each lasting until the next; the last one until the end. */
export function iframes(facts: TrackFacts): IframePiece[] {
  const frames = facts.segments.flatMap((segment) =>
    segment.keyframes.map(({ offset, bytes, time }) => ({ key: segment.key, offset, bytes, time })),
  );
  const last = facts.segments.at(-1);
  const end = last === undefined ? 0 : last.start + last.duration;
  return frames.map(({ key, offset, bytes, time }, index) => ({
    key,
    offset,
    bytes,
    ticks: (frames[index + 1]?.time ?? end) - time,
  }));
}

/** Whole seconds between the I-frames that are furthest apart, at least 1. */
export function iframeTargetSeconds(facts: TrackFacts): number {
  const { timescale } = facts.track;
  return Math.max(1, ...iframes(facts).map(({ ticks }) => Math.round(microseconds(ticks, timescale) / 1_000_000)));
}

/** The playlist for trick play (rules 6.1, 6.8): one byte range a keyframe. */
export function iframePlaylist(folder: string, facts: VideoFacts, options: Pick<PlaylistOptions, 'type'> = {}): string {
  const key = iframePlaylistKey(folder, facts.id);
  const frames = iframes(facts);
  const durations = pieceMicroseconds(
    frames.map(({ ticks }) => ticks),
    facts.track.timescale,
  );
  const entries = frames.flatMap((frame, index) => [
    `#EXTINF:${decimalSeconds(durations[index] ?? 0)},`,
    `#EXT-X-BYTERANGE:${frame.bytes}@${frame.offset}`,
    relativeUri(key, frame.key),
  ]);
  const whole = { ...options, targetSeconds: iframeTargetSeconds(facts) };
  return document([
    ...head(whole),
    '#EXT-X-I-FRAMES-ONLY',
    `#EXT-X-MAP:URI="${relativeUri(key, facts.track.init.key)}"`,
    ...entries,
    ...tail(whole),
  ]);
}

/**
 * The playlist of a subtitle track: one WebVTT file in one segment that lasts as long as the content (rule 5.5), which
 * is why its target duration is its own.
 */
export function subtitlePlaylist(facts: PackageFacts, subtitle: SubtitleTrack, contentMicros: number): string {
  const key = playlistKey(facts.folder, subtitle.id);
  const options: PlaylistOptions = { targetSeconds: Math.max(1, Math.round(contentMicros / 1_000_000)) };
  return document([
    ...head(options),
    `#EXTINF:${decimalSeconds(contentMicros)},`,
    relativeUri(key, subtitle.key),
    ...tail(options),
  ]);
}

function head({ targetSeconds, type = 'VOD' }: PlaylistOptions): string[] {
  return [
    '#EXTM3U',
    `#EXT-X-VERSION:${VERSION}`,
    `#EXT-X-TARGETDURATION:${targetSeconds}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    `#EXT-X-PLAYLIST-TYPE:${type}`,
  ];
}

function tail({ type = 'VOD' }: PlaylistOptions): string[] {
  return type === 'VOD' ? ['#EXT-X-ENDLIST'] : [];
}

function document(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
