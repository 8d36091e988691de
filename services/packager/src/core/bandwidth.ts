/** A segment, or the range of an I-frame: its length in ticks and its bytes. */
export interface Piece {
  ticks: number;
  bytes: number;
}

/**
 * The peak segment bit rate of RFC 8216, 4.1, in bit/s: the largest rate of any run of segments that lasts between half
 * and one and a half target durations; never below the average. Content too short for any such run is one run as a whole.
 */
export function peakBandwidth(pieces: readonly Piece[], timescale: number, targetSeconds: number): number {
  let peak = 0;
  for (let first = 0; first < pieces.length; first += 1) {
    peak = Math.max(peak, peakFrom(pieces, first, timescale, targetSeconds));
  }
  // Where the runs that count leave out the heaviest part (1.5 s in three uneven segments), the average is above them.
  return Math.max(Math.ceil(peak), averageBandwidth(pieces, timescale));
}

function peakFrom(pieces: readonly Piece[], first: number, timescale: number, targetSeconds: number): number {
  const unit = targetSeconds * timescale;
  let ticks = 0;
  let bytes = 0;
  let peak = 0;
  for (let index = first; index < pieces.length; index += 1) {
    const piece = pieces[index];
    if (piece === undefined) break;
    ticks += piece.ticks;
    bytes += piece.bytes;
    if (2 * ticks > 3 * unit) break;
    if (2 * ticks >= unit) peak = Math.max(peak, (bytes * 8 * timescale) / ticks);
  }
  return peak;
}

/** Bit/s over everything, rounded up; 0 for nothing. */
export function averageBandwidth(pieces: readonly Piece[], timescale: number): number {
  const ticks = pieces.reduce((sum, piece) => sum + piece.ticks, 0);
  const bytes = pieces.reduce((sum, piece) => sum + piece.bytes, 0);
  return ticks === 0 ? 0 : Math.ceil((bytes * 8 * timescale) / ticks);
}
