import { parseJson } from '@rushes/shared/json';
import { z } from 'zod';
import type { Piece } from '../core/pieces.ts';
import type { Job } from '../core/tiers.ts';

/** A piece that a worker is asked for, and whose. */
export interface PieceWish {
  videoId: string;
  generation: number;
  job: Job;
  /** The attempt at the job that asks: it is part of the names of what is written. */
  attempt: number;
  piece: Piece;
}

const bodySchema = z.object({
  job: z.enum(['standard', 'extended']),
  attempt: z.int().positive(),
  from: z.int().nonnegative(),
  to: z.int().positive().nullable(),
});

/** `piece.<videoId>.<generation>.<index>`: a new wish for a piece takes the place of the one before. */
export function pieceSubject({ videoId, generation, piece }: PieceWish): string {
  return `piece.${videoId}.${generation}.${piece.index}`;
}

export function pieceBody({ job, attempt, piece }: PieceWish): string {
  return JSON.stringify({ job, attempt, from: piece.from, to: piece.to });
}

/** Null for what is none. */
export function parsePiece(subject: string, body: string): PieceWish | null {
  const [, videoId, generation, index] = /^piece\.([^.]+)\.([1-9]\d{0,8})\.(\d{1,3})$/.exec(subject) ?? [];
  const parsed = bodySchema.safeParse(parseJson(body));
  if (videoId === undefined || !parsed.success) return null;
  const { job, attempt, from, to } = parsed.data;
  return { videoId, generation: Number(generation), job, attempt, piece: { index: Number(index), from, to } };
}

/** The part of the claim's key that stands for a piece. */
export function pieceName({ index }: Piece): string {
  return `p${index}`;
}

/** The parts of the claims of jobs that so many workers share; the first piece is the whole job's own. */
export function pieceNames(workers: number): string[] {
  return Array.from({ length: workers - 1 }, (_, index) => `p${index + 1}`);
}

/** Names the folder of one attempt at a piece: `3p1t2` is the second at piece 1 that the job's third attempt asked for. */
export function pieceAttempt({ attempt, piece }: Pick<PieceWish, 'attempt' | 'piece'>, nth: number): string {
  return `${attempt}p${piece.index}t${nth}`;
}

/** The same for what the job's own attempt makes a second time, since what is stored never changes. */
export function againOf({ attempt }: { attempt: number | string }): string {
  return `${attempt}p0t2`;
}
