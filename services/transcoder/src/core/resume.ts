import type { Segment, Track } from '@rushes/shared/tracks';
import { PAGE_SEGMENTS, type TrackHead, type TrackSpec } from './facts.ts';
import type { Grid } from './grid.ts';
import { equal, sameButForPriming } from './init.ts';
import { formatRate } from './rate.ts';
import type { SegmenterItem } from './segment.ts';

/** What an earlier attempt has left of one track. */
export interface EarlierTrack {
  /** Segments that the claim says are stored; the facts may be newer and name more. */
  recorded: number;
  track: Track;
  segments: readonly Segment[];
  init: Uint8Array;
}

/** The part of a track that is taken over. */
export interface KeptTrack {
  head: TrackHead;
  init: Uint8Array;
  pages: readonly string[];
  segments: readonly Segment[];
}

/** Where a later attempt goes on. */
export interface Continuation {
  /** Whole segments of the video behind which it goes on: those that every track has, and for a piece those before it. */
  segments: number;
  /** Nothing is left to encode. */
  complete: boolean;
  /** Seconds of encoding that went into what is taken over. */
  encodeSeconds: number;
  tracks: ReadonlyMap<string, KeptTrack>;
}

/** The encode does not go on where the earlier one stopped. `segments`: from where another attempt may try; 0: from the start. */
export class CannotGoOn extends Error {
  override readonly name = 'CannotGoOn';
  readonly segments: number;

  constructor(message: string, segments: number, cause?: unknown) {
    super(message, { cause });
    this.segments = segments;
  }
}

/**
 * Decides from where a later attempt goes on: behind the last segment that every track has. Pure.
 * @param folder where the tracks of this generation must stand, with a slash at its end
 * @param base segments of the video before the first of these tracks, which are of a piece then
 * @returns what is taken over, or why everything is made anew
 */
export function decideContinuation(
  specs: readonly TrackSpec[],
  grid: Grid,
  folder: string,
  earlier: ReadonlyMap<string, EarlierTrack>,
  base = 0,
): Continuation | string {
  const found = specs.flatMap((spec) => {
    const left = earlier.get(spec.id);
    return left === undefined ? [] : [{ spec, left }];
  });
  if (found.length < specs.length) return 'not every track has a segment';
  const segments = Math.min(...found.map(({ left }) => left.recorded));
  if (segments === 0) return 'not every track has a segment';
  for (const { spec, left } of found) {
    const problem = problemOf(spec, left, { grid, folder, count: segments, base });
    if (problem !== null) return `${spec.id}: ${problem}`;
  }
  const videos = found.filter(({ spec }) => spec.kind === 'video').map(({ left }) => left);
  const complete = videos.every(({ track, segments: all }) => track.complete && all.length === segments);
  const isShort = videos.some(
    ({ segments: all }) => all[segments - 1]?.duration !== lengthAt(grid, base + segments - 1),
  );
  if (isShort && !complete) return 'the last segment is short, and not every track is complete';
  return {
    segments: base + segments,
    complete,
    encodeSeconds: Math.max(...found.map(({ left }) => left.track.encodeSeconds ?? 0)),
    tracks: new Map(found.map(({ spec, left }) => [spec.id, keep(left, segments)])),
  };
}

/** Why the first `count` segments of a track cannot be taken over; null when they can. */
function problemOf(
  spec: TrackSpec,
  left: EarlierTrack,
  { grid, folder, count, base }: { grid: Grid; folder: string; count: number; base: number },
): string | null {
  const { track, recorded, init } = left;
  if (track.rendition !== spec.id || track.kind !== spec.kind)
    return `the facts are of ${track.kind} ${track.rendition}`;
  if (left.segments.length < recorded) {
    return `the facts name ${left.segments.length} segments where the claim has ${recorded}`;
  }
  if (init.length !== track.init.bytes) return `the init has ${init.length} bytes, not ${track.init.bytes}`;
  const format = formatProblem(spec, track, grid);
  if (format !== null) return format;
  const segments = left.segments.slice(0, count);
  const foreign = [track.init.key, ...track.pages, ...segments.map(({ key }) => key)].find(
    (key) => !key.startsWith(`${folder}${spec.id}/`),
  );
  if (foreign !== undefined) return `${foreign} is outside ${folder}${spec.id}/`;
  return timingProblem(spec, segments, grid, base);
}

function formatProblem(spec: TrackSpec, track: Track, grid: Grid): string | null {
  if (spec.kind === 'audio') {
    const { channels, language } = spec.audio;
    return track.channels === channels && track.language === language ? null : 'channels or language differ';
  }
  const { width, height, mode } = spec.rendition;
  const isSame =
    (track.mode ?? 'encode') === mode &&
    track.timescale === grid.timescale &&
    track.width === width &&
    track.height === height &&
    track.frameRate === formatRate(spec.rate);
  return isSame ? null : 'origin, size, frame rate or time scale differ';
}

/** Segments follow one another; those of video lie on the grid, of which only the last may fall short. */
function timingProblem(spec: TrackSpec, segments: readonly Segment[], grid: Grid, base: number): string | null {
  let end = grid.cutAt(base);
  for (const [index, { start, duration }] of segments.entries()) {
    if (start !== end) return `segment ${index + 1} starts at ${start} where ${end} is expected`;
    end += duration;
    const isLast = index === segments.length - 1;
    const wanted = lengthAt(grid, base + index);
    if (spec.kind === 'video' && (isLast ? duration > wanted : duration !== wanted)) {
      return `segment ${index + 1} lasts ${duration} ticks where the grid has ${wanted}`;
    }
  }
  return null;
}

/** Ticks of the segment after so many, unless it is the last. */
function lengthAt(grid: Grid, segments: number): number {
  return grid.cutAt(segments + 1) - grid.cutAt(segments);
}

function keep({ track, segments, init }: EarlierTrack, count: number): KeptTrack {
  const { codecs, timescale } = track;
  return {
    head: { codecs, timescale, init: track.init },
    init,
    pages: track.pages.slice(0, Math.floor(count / PAGE_SEGMENTS)),
    segments: segments.slice(0, count),
  };
}

/**
 * Lets through what is new of a track that goes on, and compares what was made again with what is kept: sound, which is made
 * whole, and every track's init.
 * @throws CannotGoOn when they differ
 */
export function createGate(id: string, kept: KeptTrack | undefined): (item: SegmenterItem) => SegmenterItem[] {
  if (kept === undefined) return (item) => [item];
  return (item) => {
    if (item.kind === 'init') {
      const { bytes } = item.init;
      if (equal(bytes, kept.init)) return [];
      // One or two pictures are encoded without delay. A segment more, and there are enough of them.
      const isShort = sameButForPriming(bytes, kept.init);
      throw new CannotGoOn(`${id}: the init differs from the earlier one`, isShort ? kept.segments.length - 1 : 0);
    }
    const made = item.segment;
    const before = kept.segments[made.number - 1];
    if (before === undefined) return [item];
    if (before.start !== made.start || before.duration !== made.duration || before.bytes !== made.bytes.length) {
      throw new CannotGoOn(`${id}: segment ${made.number} came out differently`, 0);
    }
    return [];
  };
}
