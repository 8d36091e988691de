import type { Segment, Track } from '@rushes/shared/tracks';

/** The facts of one rendition, all segments included. */
export interface PictureFacts {
  track: Track;
  segments: readonly Segment[];
}

/** One picture of a rendition: where it is, and at which second of the video. */
export interface Frame {
  time: number;
  /** Index of its segment in the facts. */
  segment: number;
  /** Its number among the pictures that a decoder gives out of that segment, from 0. */
  index: number;
}

/** `all` decodes every picture; `keyframes` only the first of each GOP, which is thirty times cheaper. */
export type Decoding = 'all' | 'keyframes';

/** Seconds from the beginning of the track to its end. */
export function lengthOf({ track, segments }: PictureFacts): number {
  const last = segments.at(-1);
  return last === undefined ? 0 : (last.start + last.duration) / track.timescale;
}

/** Longest distance between two keyframes in seconds; the length of the track when there is only one. */
export function longestGop(facts: PictureFacts): number {
  const times = keyframeTimes(facts);
  const end = lengthOf(facts);
  return Math.max(0, ...times.map((time, index) => (times[index + 1] ?? end) - time));
}

function keyframeTimes({ track, segments }: PictureFacts): number[] {
  return segments.flatMap(({ keyframes }) => keyframes.map(({ time }) => time / track.timescale));
}

/**
 * The picture nearest a time, among all or among keyframes only. Times outside the track give its first or last picture.
 * Throws RangeError for a track without pictures.
 */
export function frameAt(facts: PictureFacts, time: number, decoding: Decoding): Frame {
  return decoding === 'all' ? anyFrameAt(facts, time) : keyframeAt(facts, time);
}

function anyFrameAt({ track, segments }: PictureFacts, time: number): Frame {
  const ticks = time * track.timescale;
  const found = segments.findIndex(({ start, duration }) => ticks < start + duration);
  const segment = found < 0 ? segments.length - 1 : found;
  const facts = segments[segment];
  if (facts === undefined) throw new RangeError('the track has no segments');
  const frameTicks = track.timescale / framesPerSecond(track);
  const count = Math.max(1, Math.round(facts.duration / frameTicks));
  const index = Math.min(count - 1, Math.max(0, Math.round((ticks - facts.start) / frameTicks)));
  return { time: (facts.start + index * frameTicks) / track.timescale, segment, index };
}

/** All keyframes in their order, counted as a decoder of keyframes gives them out. */
export function keyframesOf({ track, segments }: PictureFacts): Frame[] {
  return segments.flatMap(({ keyframes }, segment) =>
    keyframes.map(({ time }, index) => ({ time: time / track.timescale, segment, index })),
  );
}

function keyframeAt(facts: PictureFacts, time: number): Frame {
  let nearest: Frame | undefined;
  for (const frame of keyframesOf(facts)) {
    if (nearest === undefined || Math.abs(frame.time - time) < Math.abs(nearest.time - time)) nearest = frame;
  }
  if (nearest === undefined) throw new RangeError('the track has no keyframes');
  return nearest;
}

function framesPerSecond({ frameRate = '30' }: Track): number {
  const [numerator = 30, denominator = 1] = frameRate.split('/').map(Number);
  return numerator / denominator;
}

/** Pictures of one segment that a decoder gives out. */
function pictureCount({ track, segments }: PictureFacts, segment: number, decoding: Decoding): number {
  const facts = segments[segment];
  if (facts === undefined) return 0;
  return decoding === 'keyframes'
    ? facts.keyframes.length
    : Math.round((facts.duration * framesPerSecond(track)) / track.timescale);
}

/** What to fetch and which pictures of it to take. */
export interface Selection {
  /** Indexes of the segments to put one behind the other, rising. */
  segments: readonly number[];
  /** For each frame asked for, its number among all that the decoder gives out. */
  numbers: readonly number[];
}

/** Works out which segments hold the frames, and what number each frame has once only those segments are decoded. */
export function select(facts: PictureFacts, frames: readonly Frame[], decoding: Decoding): Selection {
  const segments = [...new Set(frames.map(({ segment }) => segment))].toSorted((a, b) => a - b);
  const before = new Map<number, number>();
  let count = 0;
  for (const segment of segments) {
    before.set(segment, count);
    count += pictureCount(facts, segment, decoding);
  }
  return { segments, numbers: frames.map(({ segment, index }) => (before.get(segment) ?? 0) + index) };
}
