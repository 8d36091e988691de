import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClaimHandle, ClaimTrack } from '@rushes/shared/claims';
import { Failure } from '@rushes/shared/errors';
import type { Plan, Source } from '@rushes/shared/events';
import type { Runtime } from '@rushes/shared/service';
import { gridOf } from '../core/grid.ts';
import type { Piece } from '../core/pieces.ts';
import { CannotGoOn, type Continuation } from '../core/resume.ts';
import { encode } from '../encode.ts';
import type { TranscoderDeps } from '../ports.ts';
import { findContinuation } from '../resume.ts';
import { type PieceWish, pieceAttempt } from './message.ts';

export interface PieceWork {
  wish: PieceWish;
  source: Source;
  /** The job's pictures. */
  plan: Plan;
  /** Key of the generation's media folder. */
  mediaFolder: string;
  scratch: string;
  signal: AbortSignal;
  log: Runtime['log'];
  /** Brings the source, once it is certain that something is to be encoded; its path. */
  fetchSource(): Promise<string>;
  record(tracks: readonly ClaimTrack[]): Promise<void>;
  onPart(): Promise<void>;
}

/**
 * Encodes what is missing of a piece, into a folder of its own; what there is of it in the end, with the keys of all attempts.
 * @throws CannotGoOn when there is no picture in it, or what came out does not continue what is there: then its claim says that
 * nothing is there
 */
export async function makePiece(claim: ClaimHandle, work: PieceWork, deps: TranscoderDeps): Promise<Continuation> {
  const { wish, source, plan, mediaFolder, signal, record, onPart } = work;
  const found = await findPiece(claim.tracks, work, deps);
  if (found !== null && isWhole(found, wish.piece)) return found;
  const path = await work.fetchSource();
  const made = await encode(
    {
      ...{ path, source, plan, mediaFolder, signal, record, onPart },
      attempt: pieceAttempt(wish, claim.attempt),
      earlier: found ?? behind(wish.piece),
      until: wish.piece.to ?? undefined,
      // Sockets of several runs of one job must not meet.
      scratch: await mkdtemp(join(work.scratch, 'p')),
      grid: gridOf(plan),
      onProgress: () => undefined,
      // Told by whoever holds the job, who decodes the file too.
      onDamage: () => undefined,
    },
    deps,
  ).catch(async (error: unknown) => {
    if (error instanceof CannotGoOn) await record([]);
    throw error;
  });
  const whole = await findPiece(claim.tracks, work, deps);
  if (whole === null || !isWhole(whole, wish.piece)) {
    throw new Failure('internal', {
      detail: `piece ${wish.piece.index} was made (${made.durationSeconds} s), but is not there`,
    });
  }
  return whole;
}

/** Everything up to its end is there, or the video has ended in it. */
export function isWhole({ complete, segments }: Continuation, { to }: Piece): boolean {
  return complete || segments === to;
}

/** What a claim says that there is of a piece; null: nothing of use. */
function findPiece(tracks: readonly ClaimTrack[], work: PieceWork, deps: TranscoderDeps): Promise<Continuation | null> {
  return findContinuation(
    { tracks, log: work.log },
    work.plan,
    gridOf(work.plan),
    work.mediaFolder,
    deps,
    work.wish.piece.from,
  );
}

function behind({ from }: Piece): Continuation {
  return { segments: from, complete: false, encodeSeconds: 0, tracks: new Map() };
}
