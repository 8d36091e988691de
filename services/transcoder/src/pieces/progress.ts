import type { ClaimKey } from '@rushes/shared/claims';
import type { Piece } from '../core/pieces.ts';
import { pieceName } from './message.ts';
import type { PiecesDeps } from './ports.ts';

/** How often the others' claims are looked at. Milliseconds. */
const EVERY_MS = 2_000;

/** Adds up what all who work on a video have encoded. */
export interface SharedProgress {
  /** Seconds of the beginning that are encoded. */
  own(seconds: number): void;
  /** A piece belongs to the beginning from now on. */
  adopted(piece: Piece): void;
  stop(): void;
}

/**
 * Looks at the claims of the pieces, which tell how far each is.
 * @param report told the seconds of all together
 */
export function followPieces(
  key: ClaimKey,
  pieces: readonly Piece[],
  segmentSeconds: number,
  deps: Pick<PiecesDeps, 'claims' | 'log'>,
  report: (seconds: number) => void,
): SharedProgress {
  const behind = new Map(pieces.map((piece) => [piece.index, 0]));
  let beginning = 0;
  let looking = false;
  const tell = () => report(beginning + segmentSeconds * [...behind.values()].reduce((sum, count) => sum + count, 0));
  const look = async () => {
    for (const piece of pieces) {
      if (!behind.has(piece.index)) continue;
      const claim = await deps.claims.read({ ...key, part: pieceName(piece) });
      const counts = claim?.tracks.map(({ segments }) => segments) ?? [];
      if (behind.has(piece.index)) behind.set(piece.index, counts.length === 0 ? 0 : Math.min(...counts));
    }
    tell();
  };
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look()
      .catch((error: unknown) => deps.log.warn({ err: error }, 'cannot see how far the pieces of a video are'))
      .finally(() => {
        looking = false;
      });
  }, EVERY_MS);
  return {
    own(seconds) {
      beginning = seconds;
      tell();
    },
    adopted({ index }) {
      behind.delete(index);
    },
    stop: () => clearInterval(timer),
  };
}
