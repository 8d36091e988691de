import type { Codec, RungSide } from '@rushes/shared/profiles';
import { CODEC_LADDERS, settingsAt } from './codec-ladders.ts';

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

/** The H.264 rung of this size is for the worst lines. */
const LOW = { short: 240, cap: 120_000, crf: 25 };

/** A rung this near below the source's own size is left out: nobody sees the difference, everybody pays for it. */
const TOO_NEAR = 1.1;

/** x264 takes 16384; players' decoders stop at 8192. */
const MAX_LONG = 8192;
const MIN_SIDE = 2;

interface Display {
  width: number;
  height: number;
}

/**
 * The ladder of a picture by its short side, largest first: the source's own size (at most the largest rung and 8192) and the
 * offered sizes below it, as far down as the codec pays. Sizes are even and keep the display aspect; nothing is enlarged.
 * Empty for a codec that does not pay at the source's size; never for H.264.
 * @param display pixels, square
 * @param framesPerSecond of the output
 * @param offered short sides, largest first
 */
export function ladder(display: Display, framesPerSecond: number, codec: Codec, offered: readonly RungSide[]): Rung[] {
  const limits = CODEC_LADDERS[codec];
  return sizes(display, offered)
    .map((size, index) => {
      const low = codec === 'h264' && index > 0 && size.short === LOW.short;
      const { crf, maxrate } = low
        ? { crf: LOW.crf, maxrate: LOW.cap }
        : settingsAt(limits, size.short, framesPerSecond);
      // 1.5 × keeps the peak below twice the average; the low rung must never exceed its cap.
      return {
        ...size,
        crf,
        maxrate,
        bufsize: low ? maxrate : Math.round(maxrate * 1.5),
        low,
        reason: size.reason(low),
      };
    })
    .filter(({ short }) => short >= limits.smallest);
}

/** The sizes that all codecs share, so that one scaled picture feeds all of them. */
function sizes(display: Display, offered: readonly RungSide[]) {
  const short = Math.min(display.width, display.height);
  const long = Math.max(display.width, display.height);
  const shrink = Math.min(1, (offered[0] ?? short) / short, MAX_LONG / long);
  const own = even(short * shrink);
  const below = offered.filter((rung) => rung < own && own / rung >= TOO_NEAR);
  const portrait = display.height > display.width;
  return [own, ...below].map((rung, index) => {
    const longSide = even(index === 0 ? long * shrink : (long * rung) / short);
    return {
      short: rung,
      width: portrait ? rung : longSide,
      height: portrait ? longSide : rung,
      reason: (low: boolean) => reasonOf(index, shrink, low),
    };
  });
}

function reasonOf(index: number, shrink: number, low: boolean): string {
  if (index === 0) return shrink < 1 ? 'largest size offered' : "source's own size";
  return low ? 'for slow lines' : 'standard size';
}

function even(side: number): number {
  return Math.max(MIN_SIDE, 2 * Math.round(side / 2 - 1e-9));
}
