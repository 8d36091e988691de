/** One rung: the picture's size and the bounds of its bit rate (bit/s, bits). */
export interface Rung {
  short: number;
  width: number;
  height: number;
  crf: number;
  maxrate: number;
  bufsize: number;
  /** Capped so low that it plays on the worst line (RFC 8216 authoring: one variant of at most 192 kbit/s). */
  low: boolean;
  reason: string;
}

/** Short sides offered, and caps in bit/s up to 30 frames a second: measured, VMAF 85–87 on moving footage. */
const RUNGS = [2160, 1080, 720, 480, 360, 240] as const;
const CAPS: readonly (readonly [short: number, maxrate: number])[] = [
  [2160, 18_000_000],
  [1080, 6_000_000],
  [720, 3_500_000],
  [480, 1_600_000],
  [360, 900_000],
  [240, 450_000],
  [0, 100_000],
];
const LOW_SHORT = 240;
const LOW_CAP = 120_000;
const LOW_CRF = 25;
const CRF = 23;

/** A rung this near below the source's own size is left out: nobody sees the difference, everybody pays for it. */
const TOO_NEAR = 1.1;

/** x264 takes 16384; players' decoders stop at 8192. */
const MAX_LONG = 8192;
const MIN_SIDE = 2;

/**
 * The ladder of a picture by its short side, largest first: the source's own size (at most 2160 and 8192) and the standard
 * sizes below it. Sizes are even and keep the display aspect; nothing is enlarged.
 * @param display pixels, square
 * @param framesPerSecond of the output; above 31 the caps are half as high again
 */
export function ladder(display: { width: number; height: number }, framesPerSecond: number): Rung[] {
  const short = Math.min(display.width, display.height);
  const long = Math.max(display.width, display.height);
  const shrink = Math.min(1, RUNGS[0] / short, MAX_LONG / long);
  const own = even(short * shrink);
  const below = RUNGS.filter((rung) => rung < own && own / rung >= TOO_NEAR);
  return [own, ...below].map((rung, index) => {
    const low = index > 0 && rung === LOW_SHORT;
    const cap = low ? LOW_CAP : capOf(rung, framesPerSecond);
    const longSide = even(index === 0 ? long * shrink : (long * rung) / short);
    const portrait = display.height > display.width;
    return {
      short: rung,
      width: portrait ? rung : longSide,
      height: portrait ? longSide : rung,
      crf: low ? LOW_CRF : CRF,
      maxrate: cap,
      // 1.5 × keeps the peak below twice the average; the low rung must never exceed its cap.
      bufsize: low ? cap : Math.round(cap * 1.5),
      low,
      reason: reasonOf(index, shrink, low),
    };
  });
}

function reasonOf(index: number, shrink: number, low: boolean): string {
  if (index === 0) return shrink < 1 ? 'largest size offered' : "source's own size";
  return low ? 'for slow lines' : 'standard size';
}

/** Between two measured caps: on the line between them. */
function capOf(short: number, framesPerSecond: number): number {
  const upper = CAPS.findLast(([side]) => side >= short) ?? CAPS[0];
  const lower = CAPS.find(([side]) => side <= short) ?? CAPS.at(-1);
  if (upper === undefined || lower === undefined) throw new Error('the table of caps is empty');
  const share = upper[0] === lower[0] ? 0 : (short - lower[0]) / (upper[0] - lower[0]);
  const cap = lower[1] + share * (upper[1] - lower[1]);
  return Math.round(cap * (framesPerSecond > 31 ? 1.5 : 1));
}

function even(side: number): number {
  return Math.max(MIN_SIDE, 2 * Math.round(side / 2 - 1e-9));
}
