import { type ClaimHandle, type ClaimKey, ClaimLost } from '@rushes/shared/claims';
import { Failure } from '@rushes/shared/errors';
import { HandBack } from '@rushes/shared/stage';
import { type Piece, pieceJob } from '../core/pieces.ts';
import { CannotGoOn, type Continuation } from '../core/resume.ts';
import type { TranscoderDeps } from '../ports.ts';
import { whileHeld } from './hold.ts';
import { makePiece, type PieceWork } from './make.ts';
import { pieceName } from './message.ts';
import type { PiecesDeps } from './ports.ts';

export type Taken =
  | { kind: 'made'; made: Continuation }
  /** Somebody else works on it. */
  | { kind: 'held'; retryInMs: number }
  /** It cannot be made as a piece. */
  | { kind: 'unusable'; reason: string };

export interface TakeOptions {
  /** What the claim needs to know of the work; `record` is the claim's own and comes with it. */
  work: Omit<PieceWork, 'record' | 'signal'>;
  signal: AbortSignal;
  isWanted?: () => Promise<boolean>;
  /** What writing down how far it is goes through. */
  recorder?: (record: PieceWork['record']) => PieceWork['record'];
}

/**
 * Makes a piece under its claim, unless somebody else is at it. What is done of it is not done again.
 * @throws Failure `attempts_exhausted`; Unwanted; the signal's reason; what encoding throws
 */
export async function takePiece(deps: TranscoderDeps & { pieces: PiecesDeps }, options: TakeOptions): Promise<Taken> {
  const { claims, leaseMs } = deps.pieces;
  const { work, signal, isWanted, recorder = (record) => record } = options;
  const { wish, log } = work;
  const claimed = await claims.acquire(keyOf(wish, wish.piece), pieceJob(wish.job, wish.piece));
  if (claimed.kind === 'held') return claimed;
  if (claimed.kind === 'exhausted') {
    throw new Failure('attempts_exhausted', { detail: `piece ${wish.piece.index} ended its workers again and again` });
  }
  const { handle: claim } = claimed;
  try {
    const made = await whileHeld(
      claim,
      { leaseMs, signal, log, ...(isWanted === undefined ? {} : { isWanted }) },
      (held) => makePiece(claim, { ...work, signal: held, record: recorder((tracks) => claim.renew(tracks)) }, deps),
    );
    await claim.release('done');
    return { kind: 'made', made };
  } catch (error) {
    if (error instanceof ClaimLost) return { kind: 'held', retryInMs: leaseMs };
    await giveBack(
      claim,
      signal.aborted || error instanceof HandBack || isOutage(error) ? 'handback' : 'failure',
      work,
    );
    if (error instanceof CannotGoOn) return { kind: 'unusable', reason: error.message };
    throw error;
  }
}

export function keyOf({ videoId, generation }: { videoId: string; generation: number }, piece?: Piece): ClaimKey {
  return { stage: 'transcoder', videoId, generation, part: piece === undefined ? undefined : pieceName(piece) };
}

function isOutage(error: unknown): boolean {
  return error instanceof Failure && (error.code === 'storage_unavailable' || error.code === 'bus_unavailable');
}

/** What cannot be given back ends with its lease. */
async function giveBack(
  claim: ClaimHandle,
  how: 'handback' | 'failure',
  { log, wish }: TakeOptions['work'],
): Promise<void> {
  await claim.release(how).catch((error: unknown) => {
    log.warn({ err: error, piece: wish.piece.index }, 'could not give a piece back; its lease will run out');
  });
}
