import type { AudioTrack, PlannedAudio, PlannedRendition, Rendition } from '@rushes/shared/events';
import type { Segment, Track } from '@rushes/shared/tracks';
import type { Init } from './init.ts';
import { labelOf } from './language.ts';
import { formatRate, fps, type Rate } from './rate.ts';
import type { MediaSegment } from './segment.ts';

/** Segments of one page of facts. */
export const PAGE_SEGMENTS = 100;

/** What a track is, known before its first byte. */
export type TrackSpec =
  | { kind: 'video'; id: string; rendition: PlannedRendition; rate: Rate; segmentSeconds: number }
  | { kind: 'audio'; id: string; audio: PlannedAudio; segmentSeconds: number };

export function segmentKey(folder: string, number: number): string {
  return `${folder}/${String(number).padStart(5, '0')}.m4s`;
}

export function pageKey(folder: string, page: number): string {
  return `${folder}/page-${String(page).padStart(5, '0')}.json`;
}

export function initKey(folder: string): string {
  return `${folder}/init.mp4`;
}

export function trackKey(folder: string): string {
  return `${folder}/track.json`;
}

/** The facts of a segment at its final place. */
export function segmentFacts(folder: string, segment: MediaSegment): Segment {
  const { number, bytes, start, duration, keyframes } = segment;
  return { key: segmentKey(folder, number), start, duration, bytes: bytes.length, keyframes };
}

/** What a decoder needs before the first segment. */
export type TrackHead = Pick<Track, 'codecs' | 'timescale' | 'init'>;

export function headOf(init: Init, folder: string): TrackHead {
  return {
    codecs: init.codecs,
    timescale: init.timescale,
    init: { key: initKey(folder), bytes: init.bytes.length },
  };
}

/** How far a track is. Keys may be of several attempts' folders: each names what its forerunners have stored. */
export interface TrackState {
  head: TrackHead;
  /** Keys of the pages that are full. */
  pages: readonly string[];
  /** All of them, those in pages too. */
  segments: readonly Segment[];
  complete: boolean;
  /** Seconds of encoding so far, of all attempts. */
  encodeSeconds: number;
}

/** `track.json`: the head, the pages that are full, and the segments of the open page. */
export function trackFacts(spec: TrackSpec, state: TrackState): Track {
  const { head, pages, segments, complete, encodeSeconds } = state;
  const common = {
    rendition: spec.id,
    kind: spec.kind,
    ...head,
    segmentSeconds: spec.segmentSeconds,
    pages: [...pages],
    segments: segments.slice(pages.length * PAGE_SEGMENTS),
    complete,
    encodeSeconds,
  };
  if (spec.kind === 'audio') {
    return { ...common, channels: spec.audio.channels, sampleRate: head.timescale, language: spec.audio.language };
  }
  const { width, height, mode } = spec.rendition;
  return { ...common, width, height, frameRate: formatRate(spec.rate), mode };
}

/** The page that this many segments have just filled; null when none. */
export function filledPage(segments: readonly Segment[]): { number: number; segments: readonly Segment[] } | null {
  if (segments.length === 0 || segments.length % PAGE_SEGMENTS !== 0) return null;
  return { number: segments.length / PAGE_SEGMENTS, segments: segments.slice(-PAGE_SEGMENTS) };
}

export interface Bitrates {
  /** bit/s over the whole track. */
  average: number;
  /** bit/s, as RFC 8216 section 4.1 measures it. */
  peak: number;
}

/**
 * Average and peak bit rate. The peak is the highest of any run of neighbouring segments that lasts 0.5 to 1.5 target
 * durations (RFC 8216, section 4.1); the average is the peak where no run is above it.
 */
export function bitratesOf(segments: readonly Segment[], timescale: number): Bitrates {
  const seconds = segments.map((segment) => segment.duration / timescale);
  const total = seconds.reduce((sum, value) => sum + value, 0);
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  const average = total === 0 ? 0 : (bytes * 8) / total;
  const target = Math.max(1, Math.round(seconds.reduce((most, value) => Math.max(most, value), 0)));
  let peak = 0;
  for (let first = 0; first < segments.length; first += 1) {
    let length = 0;
    let size = 0;
    for (let last = first; last < segments.length; last += 1) {
      length += seconds[last] ?? 0;
      size += segments[last]?.bytes ?? 0;
      if (length > 1.5 * target) break;
      if (length >= 0.5 * target) peak = Math.max(peak, (size * 8) / length);
    }
  }
  return { average: Math.round(average), peak: Math.round(Math.max(peak, average)) };
}

function sizeOf(head: TrackHead, segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + segment.bytes, head.init.bytes);
}

/** A rendition as `transcoded` lists it. */
export function renditionResult(
  spec: Extract<TrackSpec, { kind: 'video' }>,
  head: TrackHead,
  folder: string,
  segments: readonly Segment[],
): Rendition {
  const { average, peak } = bitratesOf(segments, head.timescale);
  const { id, codec, width, height } = spec.rendition;
  return {
    id,
    codec,
    codecs: head.codecs,
    width,
    height,
    fps: Number(fps(spec.rate).toFixed(3)),
    frameRate: formatRate(spec.rate),
    bitrate: average,
    peakBitrate: peak,
    size: sizeOf(head, segments),
    track: trackKey(folder),
    vmaf: null,
  };
}

/** A sound track as `transcoded` lists it. `isDefault`: the one that plays unasked. */
export function audioResult(
  spec: Extract<TrackSpec, { kind: 'audio' }>,
  head: TrackHead,
  folder: string,
  segments: readonly Segment[],
  isDefault: boolean,
): AudioTrack {
  const { id, codec, channels, language, label = labelOf(language) } = spec.audio;
  return {
    id,
    codec,
    codecs: head.codecs,
    channels,
    bitrate: bitratesOf(segments, head.timescale).average,
    language,
    label,
    default: isDefault,
    size: sizeOf(head, segments),
    track: trackKey(folder),
  };
}
