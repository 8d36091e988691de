import type { SubtitleTrack } from '@rushes/shared/events';
import type { Segment } from '@rushes/shared/tracks';
import type { Piece } from './bandwidth.ts';
import { isGrowing, type PackageFacts, type TrackFacts, type VideoFacts } from './facts.ts';
import { decimalSeconds, pieceMicros, roundedSeconds } from './time.ts';
import { relativeUri } from './uri.ts';

/**
 * Version 6 is the lowest that allows EXT-X-MAP in a playlist of whole segments (RFC 8216, 7); nothing here needs more.
 */
const VERSION = 6;

/** A list without end counts as live, and players begin near its last segment unless they are told otherwise. */
const FROM_THE_START = '#EXT-X-START:TIME-OFFSET=0';

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
 * 8216 compares it. One for all, since audio and video must have the same. It may not change while a playlist grows (RFC
 * 8216, 6.2.1), so from the second segment of a track on it is at least what segments were planned to last.
 */
export function targetSeconds(tracks: readonly TrackFacts[]): number {
  const seconds = tracks.flatMap(({ segments, track }) => [
    ...segments.map(({ start, duration }) =>
      roundedSeconds(pieceMicros({ time: start, ticks: duration }, track.timescale)),
    ),
    ...(segments.length > 1 ? [Math.round(track.segmentSeconds)] : []),
  ]);
  return seconds.reduce((most, one) => Math.max(most, one), 1);
}

/** The media playlist of a track: segments by relative reference, durations that add up exactly. */
export function mediaPlaylist(folder: string, facts: TrackFacts, options: PlaylistOptions): string {
  const key = playlistKey(folder, facts.id);
  return document([
    ...head(options),
    '#EXT-X-INDEPENDENT-SEGMENTS',
    mapTag(key, facts),
    ...segmentEntries(key, facts.segments, facts.track.timescale),
    ...tail(options),
  ]);
}

export function mapTag(key: string, { track }: Pick<TrackFacts, 'track'>): string {
  return `#EXT-X-MAP:URI="${relativeUri(key, track.init.key)}"`;
}

/** The lines of some segments in the media playlist at a key. */
export function segmentEntries(key: string, segments: readonly Segment[], timescale: number): string[] {
  return segments.flatMap((segment) => [
    extinf({ time: segment.start, ticks: segment.duration }, timescale),
    relativeUri(key, segment.key),
  ]);
}

function extinf(piece: { time: number; ticks: number }, timescale: number): string {
  return `#EXTINF:${decimalSeconds(pieceMicros(piece, timescale))},`;
}

/** The first picture of a closed GOP: where it is, and how long until the next. */
export interface IframePiece extends Piece {
  key: string;
  /** Bytes from the start of the segment; the range holds the `moof` (rule 6.10). */
  offset: number;
  time: number;
}

/** All keyframes of some segments in order, each lasting until the next: a segment starts with one (rule 7.4). */
export function iframes({ segments }: Pick<TrackFacts, 'segments'>): IframePiece[] {
  return segments.flatMap(({ key, start, duration, keyframes }) =>
    keyframes.map(({ offset, bytes, time }, index) => ({
      key,
      offset,
      bytes,
      time,
      ticks: (keyframes[index + 1]?.time ?? start + duration) - time,
    })),
  );
}

/** How far I-frames are apart by plan; a source that is copied may have more of them at its beginning than later. */
const PLANNED_IFRAME_SECONDS = 2;

/** Whole seconds between the I-frames that are furthest apart; as `targetSeconds`, it is not to change while a track grows. */
export function iframeTargetSeconds(facts: TrackFacts): number {
  const { timescale } = facts.track;
  const least = facts.segments.length > 1 ? PLANNED_IFRAME_SECONDS : 1;
  return iframes(facts).reduce((most, piece) => Math.max(most, roundedSeconds(pieceMicros(piece, timescale))), least);
}

/** The playlist for trick play (rules 6.1, 6.8): one byte range a keyframe. */
export function iframePlaylist(folder: string, facts: VideoFacts, options: Pick<PlaylistOptions, 'type'> = {}): string {
  const key = iframePlaylistKey(folder, facts.id);
  const whole = { ...options, targetSeconds: iframeTargetSeconds(facts) };
  return document([
    ...head(whole),
    '#EXT-X-I-FRAMES-ONLY',
    mapTag(key, facts),
    ...iframeEntries(key, facts.segments, facts.track.timescale),
    ...tail(whole),
  ]);
}

/** The lines of the keyframes of some segments in the I-frame playlist at a key. */
export function iframeEntries(key: string, segments: readonly Segment[], timescale: number): string[] {
  return iframes({ segments }).flatMap((frame) => [
    extinf(frame, timescale),
    `#EXT-X-BYTERANGE:${frame.bytes}@${frame.offset}`,
    relativeUri(key, frame.key),
  ]);
}

/**
 * The playlist of a subtitle track: one WebVTT file in one segment that lasts as long as the content (rule 5.5), which
 * is why its target duration is its own. It is open as long as the others are: all of a presentation are live, or none.
 */
export function subtitlePlaylist(facts: PackageFacts, subtitle: SubtitleTrack, contentMicros: number): string {
  const key = playlistKey(facts.folder, subtitle.id);
  const options: PlaylistOptions = {
    targetSeconds: Math.max(1, roundedSeconds(contentMicros)),
    type: isGrowing(facts) ? 'EVENT' : 'VOD',
  };
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
    ...(type === 'EVENT' ? [FROM_THE_START] : []),
  ];
}

function tail({ type = 'VOD' }: PlaylistOptions): string[] {
  return type === 'VOD' ? ['#EXT-X-ENDLIST'] : [];
}

function document(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
