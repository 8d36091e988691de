import type { Plan, Source } from '@rushes/shared/events';
import type { Codec } from '@rushes/shared/profiles';
import { type Grid, gridOf } from './grid.ts';
import type { Job } from './tiers.ts';

/** A run of whole segments of a video that is encoded by itself; segments counted from zero. */
export interface Piece {
  /** From zero; the first is made by whoever holds the job. */
  index: number;
  from: number;
  /** The first segment behind it; null for the last piece, which goes on to wherever the video ends. */
  to: number | null;
}

/** What a worker does for one segment besides encoding it, as shares of what encoding takes (with its decoding). */
export interface Costs {
  /** Decoding a segment that lies before the piece: of open GOPs and edit lists no seek is provably exact. */
  skip: number;
  /** The sound of one segment. Whoever makes the first piece makes its sound with it, and then that of the whole video. */
  sound: number;
}

/** A piece is at least so many segments, about a minute: below that, fetching the source outweighs the gain. */
export const SHORTEST_PIECE = 10;

/**
 * CPU of ffmpeg for a million pixels of one picture, as multiples of decoding them (H.264, 8 bits): measured with ffmpeg n9.0.2
 * on 720p footage, 3.4 ms for decoding, with scaling on the encoder's side. Only their ratios matter, and not much: a wrong one
 * lets pieces end a little apart.
 */
const ENCODING: Readonly<Record<Codec, number>> = { h264: 4.4, hevc: 11, vp9: 12, av1: 8 };
/** A second of one track of AAC, 12 ms. */
const SOUND = 3.5;

/**
 * How a job is shared by so many workers; empty where it is made in one: too short, or on the source's own keyframes, where a
 * part is passed on, which costs little and cannot begin anywhere. Pure, and the same for every attempt of a job.
 * @param part of the plan that the job makes
 * @param workers at most
 */
export function piecesOf(source: Source, part: Plan, workers: number): Piece[] {
  if (part.grid === 'source' || part.renditions.some(({ mode }) => mode !== 'encode')) return [];
  const total = segmentsIn(gridOf(part), source.durationSeconds);
  const count = Math.min(workers, Math.floor(total / SHORTEST_PIECE));
  return count < 2 ? [] : split(total, count, costsOf(source, part));
}

/** Segments of a video of so many seconds. */
export function segmentsIn(grid: Pick<Grid, 'cutAt' | 'timescale'>, seconds: number): number {
  const ticks = Math.max(1, Math.round(seconds * grid.timescale));
  let segments = Math.max(1, Math.floor(ticks / grid.cutAt(1)));
  while (grid.cutAt(segments) < ticks) segments += 1;
  return segments;
}

/** The more pixels go out for one that comes in, the less skipping costs. */
export function costsOf({ video }: Source, { renditions, audio }: Plan): Costs {
  const megapixels = (size: { width: number; height: number }) => (size.width * size.height * video.fps) / 1e6;
  const decoding = megapixels(video);
  const encoding = renditions.reduce((sum, one) => sum + ENCODING[one.codec] * megapixels(one), 0);
  const whole = decoding + encoding;
  return { skip: decoding / whole, sound: (SOUND * audio.length) / whole };
}

/**
 * Cuts so many segments into pieces that take equally long. One that begins at `a` and has `s` segments costs `s + skip·a`, so
 * that with equal costs `c` the next begins at `a·(1 − skip) + c`; the first costs `s + sound·(s + total)`.
 */
export function split(total: number, count: number, { skip, sound }: Costs): Piece[] {
  const kept = 1 - skip;
  // Half of an even share is left to the first one's pictures, however small they are beside the sound.
  const heard = Math.min(sound, 0.5 / count);
  const first = kept ** (count - 1) / (1 + heard);
  const others = Array.from({ length: count - 1 }, (_, index) => kept ** index).reduce((sum, size) => sum + size, 0);
  const cost = (total * (1 + first * heard)) / (first + others);
  const begins = [0];
  let exact = (cost - heard * total) / (1 + heard);
  for (let index = 1; index < count; index += 1) {
    const earliest = (begins.at(-1) ?? 0) + 1;
    begins.push(Math.min(Math.max(Math.round(exact), earliest), total - (count - index)));
    exact = exact * kept + cost;
  }
  return begins.map((from, index) => ({ index, from, to: begins[index + 1] ?? null }));
}

/** The piece in which the segment behind so many lies. */
export function pieceAt(pieces: readonly Piece[], segments: number): Piece | undefined {
  return pieces.findLast(({ from }) => from <= segments);
}

/** The job of a piece's claim: another range is another job, so that what was stored for one is never taken for the other's. */
export function pieceJob(job: Job, { from, to }: Piece): string {
  return `${job} ${from}-${to ?? 'end'}`;
}

/** The pictures that a job makes, and its sound: a piece has none of the latter. */
export function picturesOf(part: Plan): Plan {
  return { ...part, audio: [], subtitles: [] };
}

export function soundOf(part: Plan): Plan {
  return { ...part, renditions: [] };
}

/** CPU of a piece, in units of one encoded segment. */
export function costOf(piece: Piece, total: number, { skip, sound }: Costs): number {
  const length = (piece.to ?? total) - piece.from;
  return length + skip * piece.from + (piece.index === 0 ? sound * (total + length) : 0);
}
