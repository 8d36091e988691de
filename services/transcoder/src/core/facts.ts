import type { AudioTrack, PlannedAudio, PlannedRendition, Rendition } from '@rushes/shared/events';
import type { Segment, Track } from '@rushes/shared/tracks';
import type { Init } from './init.ts';
import { labelOf } from './language.ts';
import { formatRate, fps, type Rate } from './rate.ts';
import type { MediaSegment } from './segment.ts';

/** Segments of one page of facts. */
const PAGE_SEGMENTS = 100;

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

/** `track.json`: the head, the pages that are full, and the segments of the open page. */
export function trackFacts(
  spec: TrackSpec,
  init: Init,
  folder: string,
  segments: readonly Segment[],
  complete: boolean,
): Track {
  const full = Math.floor(segments.length / PAGE_SEGMENTS);
  const common = {
    rendition: spec.id,
    kind: spec.kind,
    codecs: init.codecs,
    timescale: init.timescale,
    init: { key: initKey(folder), bytes: init.bytes.length },
    segmentSeconds: spec.segmentSeconds,
    pages: Array.from({ length: full }, (_, index) => pageKey(folder, index + 1)),
    segments: segments.slice(full * PAGE_SEGMENTS),
    complete,
  };
  if (spec.kind === 'audio') {
    return { ...common, channels: spec.audio.channels, sampleRate: init.timescale, language: spec.audio.language };
  }
  const { width, height } = spec.rendition;
  return { ...common, width, height, frameRate: formatRate(spec.rate) };
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
 * durations (RFC 8216, section 4.1); where no run does, the track is shorter than that and its average is the peak.
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
  return { average: Math.round(average), peak: Math.round(peak === 0 ? average : peak) };
}

function sizeOf(init: Init, segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + segment.bytes, init.bytes.length);
}

/** A rendition as `transcoded` lists it. */
export function renditionResult(
  spec: Extract<TrackSpec, { kind: 'video' }>,
  init: Init,
  folder: string,
  segments: readonly Segment[],
): Rendition {
  const { average, peak } = bitratesOf(segments, init.timescale);
  const { id, codec, width, height } = spec.rendition;
  return {
    id,
    codec,
    codecs: init.codecs,
    width,
    height,
    fps: Number(fps(spec.rate).toFixed(3)),
    frameRate: formatRate(spec.rate),
    bitrate: average,
    peakBitrate: peak,
    size: sizeOf(init, segments),
    track: trackKey(folder),
    vmaf: null,
  };
}

/** A sound track as `transcoded` lists it. `isDefault`: the one that plays unasked. */
export function audioResult(
  spec: Extract<TrackSpec, { kind: 'audio' }>,
  init: Init,
  folder: string,
  segments: readonly Segment[],
  isDefault: boolean,
): AudioTrack {
  const { id, codec, channels, language } = spec.audio;
  return {
    id,
    codec,
    codecs: init.codecs,
    channels,
    bitrate: bitratesOf(segments, init.timescale).average,
    language,
    label: labelOf(language),
    default: isDefault,
    size: sizeOf(init, segments),
    track: trackKey(folder),
  };
}
