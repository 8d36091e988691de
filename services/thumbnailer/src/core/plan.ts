import type { Rendition } from '@rushes/shared/events';
import { type Decoding, type Frame, frameAt, lengthOf, longestGop, type PictureFacts } from './frames.ts';

/** Still images at most; an event may list 60. */
const MAX_IMAGES = 10;
/** Tiles of a storyboard at most: one sprite of 10 × 10. */
const MAX_TILES = 100;
const MAX_COLUMNS = 10;
/** Seconds that a tile may stand for: steps that read well on a timeline; the last serves a day. */
const INTERVALS = [1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 180, 300, 600, 900] as const;
/** Pixels of a tile's long side. */
const TILE_LONG_SIDE = 160;
/** Pixels of the short side that small pictures are made from: enough for an image in a list. */
const SMALL_SHORT_SIDE = 360;
/** Pixels of the short side of a poster at most. */
const POSTER_SHORT_SIDE = 1080;

/** One cue of a storyboard: while the pointer is between `start` and `end` seconds, show this tile. */
interface Cue {
  start: number;
  end: number;
  /** From 0, row by row. */
  tile: number;
}

export interface StoryboardPlan {
  interval: number;
  columns: number;
  rows: number;
  tileWidth: number;
  tileHeight: number;
  /** The picture of each tile, in rising order and each once. */
  tiles: readonly Frame[];
  cues: readonly Cue[];
}

export interface PicturePlan {
  decoding: Decoding;
  images: readonly Frame[];
  storyboard: StoryboardPlan;
}

/**
 * Which pictures of a rendition become images and tiles. Right for one picture as for a day, and for any aspect.
 * @param size of the rendition in pixels
 */
export function planPictures(facts: PictureFacts, size: { width: number; height: number }): PicturePlan {
  const length = lengthOf(facts);
  const interval = INTERVALS.find((seconds) => length / seconds <= MAX_TILES) ?? length / MAX_TILES;
  const decoding: Decoding = interval >= longestGop(facts) ? 'keyframes' : 'all';
  return {
    decoding,
    images: imageTimes(length)
      .map((time) => frameAt(facts, time, decoding))
      .filter(isNew),
    storyboard: planStoryboard(facts, size, { length, interval, decoding }),
  };
}

/** The middles of equally long parts, so that neither a black beginning nor the credits are among few. */
export function imageTimes(length: number): number[] {
  const count = Math.min(MAX_IMAGES, Math.max(1, Math.floor(length)));
  return Array.from({ length: count }, (_, index) => ((index + 0.5) * length) / count);
}

function planStoryboard(
  facts: PictureFacts,
  size: { width: number; height: number },
  { length, interval, decoding }: { length: number; interval: number; decoding: Decoding },
): StoryboardPlan {
  // Rounded: a last tile for a few frames would show what the one before it shows.
  const count = Math.min(MAX_TILES, Math.max(1, Math.round(length / interval)));
  const tiles: Frame[] = [];
  const cues: Cue[] = [];
  for (let index = 0; index < count; index += 1) {
    const start = index * interval;
    const end = index === count - 1 ? length : start + interval;
    const frame = frameAt(facts, (start + end) / 2, decoding);
    const last = tiles.at(-1);
    // Two cues may be nearest to one picture: the decoder gives it out once, so both show the same tile.
    if (last === undefined || frame.time > last.time) tiles.push(frame);
    cues.push({ start, end, tile: tiles.length - 1 });
  }
  const columns = Math.min(MAX_COLUMNS, tiles.length);
  return { interval, columns, rows: Math.ceil(tiles.length / columns), ...tileSize(size), tiles, cues };
}

/** Even sizes with the aspect of the picture, the long side as given; at least two pixels. */
export function tileSize({ width, height }: { width: number; height: number }): {
  tileWidth: number;
  tileHeight: number;
} {
  const scale = TILE_LONG_SIDE / Math.max(width, height);
  return { tileWidth: even(width * scale), tileHeight: even(height * scale) };
}

/** The nearest even number of pixels, at least 2. */
export function even(pixels: number): number {
  return Math.max(2, 2 * Math.round(pixels / 2));
}

function isNew(frame: Frame, index: number, frames: readonly Frame[]): boolean {
  const before = frames[index - 1];
  return before === undefined || frame.time > before.time;
}

/** A picture that may become the poster: its place and how many bytes it takes as JPEG, which measures what is in it. */
export interface Candidate {
  frame: Frame;
  bytes: number;
}

/** How much of the richest picture's bytes a poster must have. */
const RICH_ENOUGH = 0.75;

/**
 * Chooses a poster: the first picture that is nearly as rich as the richest. Black, white and faded ones take a fraction
 * of the bytes of others, so they are passed over; the first good one is kin to what the viewer sees first.
 */
export function choosePoster(candidates: readonly Candidate[]): Frame {
  const richest = Math.max(...candidates.map(({ bytes }) => bytes));
  const chosen = candidates.find(({ bytes }) => bytes >= richest * RICH_ENOUGH);
  if (chosen === undefined) throw new RangeError('there is no picture to choose a poster from');
  return chosen.frame;
}

function shortSide({ width, height }: Rendition): number {
  return Math.min(width, height);
}

/** Only H.264 is read back: it decodes fastest, and every tier has it. */
function decodable(renditions: readonly Rendition[]): Rendition[] {
  const h264 = renditions.filter(({ codec }) => codec === 'h264');
  return (h264.length > 0 ? h264 : [...renditions]).toSorted((a, b) => shortSide(a) - shortSide(b));
}

/** The smallest rendition that images and tiles can be made from without being enlarged; else the largest. */
export function smallRendition(renditions: readonly Rendition[]): Rendition | undefined {
  const sorted = decodable(renditions);
  return sorted.find((one) => shortSide(one) >= SMALL_SHORT_SIDE) ?? sorted.at(-1);
}

/** The largest rendition up to 1080; where all are larger, the smallest. */
export function posterRendition(renditions: readonly Rendition[]): Rendition | undefined {
  const sorted = decodable(renditions);
  return sorted.findLast((one) => shortSide(one) <= POSTER_SHORT_SIDE) ?? sorted[0];
}

/** Seconds that a preview lasts at most. */
const PREVIEW_SECONDS = 4;
/** A segment shorter than this gives way to the one before it. */
const PREVIEW_MIN_SECONDS = 2;

/** The segment that the moving preview shows the beginning of: the poster's, or the one before a short tail. */
export function previewSegment({ track, segments }: PictureFacts, poster: Frame): { segment: number; seconds: number } {
  const secondsOf = (index: number) => (segments[index]?.duration ?? 0) / track.timescale;
  const isShort = secondsOf(poster.segment) < PREVIEW_MIN_SECONDS && poster.segment > 0;
  const segment = isShort ? poster.segment - 1 : poster.segment;
  return { segment, seconds: Math.min(PREVIEW_SECONDS, secondsOf(segment)) };
}
