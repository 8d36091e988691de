/** A frame rate as an exact fraction of frames per second, in lowest terms. */
export interface Rate {
  num: number;
  den: number;
}

/** The rates that cameras and editors mean; a measured one within 1 % of one of them is that one. */
const STANDARD_RATES: readonly Rate[] = [
  { num: 24000, den: 1001 },
  { num: 24, den: 1 },
  { num: 25, den: 1 },
  { num: 30000, den: 1001 },
  { num: 30, den: 1 },
  { num: 48, den: 1 },
  { num: 50, den: 1 },
  { num: 60000, den: 1001 },
  { num: 60, den: 1 },
];
const SNAP = 0.01;

/** Time scales are 32-bit and multiplied by segments' numbers: more is noise of a measurement. */
const MAX_NUM = 120_000;

/** Below this, two-second GOPs would hold too few pictures; pictures are repeated instead. */
const SLOWEST = 5;
const FASTEST = 60;

export function fps(rate: Rate): number {
  return rate.num / rate.den;
}

/** "30000/1001", and "25/1" for whole rates. */
export function formatRate(rate: Rate): string {
  return `${rate.num}/${rate.den}`;
}

/** Reads ffprobe's fraction; null for "0/0", nonsense and what no camera makes (above 1000 or below 1/60). */
export function parseRate(text: string | undefined): Rate | null {
  const match = /^(\d+)\/(\d+)$/.exec(text ?? '');
  if (match === null) return null;
  const rate = { num: Number(match[1]), den: Number(match[2]) };
  if (rate.num === 0 || rate.den === 0 || fps(rate) > 1000 || fps(rate) < 1 / 60) return null;
  return reduce(rate);
}

/** A fraction for a measured rate: a whole number when one is within 1 %, else to a thousandth of a frame per second. */
export function rateOf(framesPerSecond: number): Rate {
  const whole = Math.round(framesPerSecond);
  if (Math.abs(whole / framesPerSecond - 1) <= SNAP) return { num: whole, den: 1 };
  return reduce({ num: Math.max(1, Math.round(framesPerSecond * 1000)), den: 1000 });
}

/**
 * The nearest standard rate within 1 %, so that GOPs and segments fall on one grid; otherwise the rate itself, with a
 * denominator small enough for an exact time base.
 */
export function snap(rate: Rate): Rate {
  const off = (standard: Rate) => Math.abs(fps(standard) / fps(rate) - 1);
  const nearest = STANDARD_RATES.reduce((best, standard) => (off(standard) < off(best) ? standard : best));
  if (off(nearest) <= SNAP) return nearest;
  return rate.den <= 1001 && rate.num <= MAX_NUM ? rate : rateOf(fps(rate));
}

/** The rate to encode at: at most 60 (every n-th picture of a faster source), at least 5 (pictures repeated). */
export function outputRate(source: Rate): Rate {
  const speed = fps(source);
  // A hair above 60 is 60; snapping decides that, not a division by two.
  if (speed > FASTEST * (1 + SNAP))
    return snap(reduce({ num: source.num, den: source.den * Math.ceil(speed / FASTEST - SNAP) }));
  if (speed < SLOWEST) return snap(reduce({ num: source.num * Math.ceil(SLOWEST / speed), den: source.den }));
  return snap(source);
}

/** Ticks per second in which every frame lasts a whole number of ticks: 30000 for 30000/1001, 10000 and more otherwise. */
export function timescaleOf(rate: Rate): number {
  return rate.num * Math.ceil(10_000 / rate.num);
}

/** Ticks of one frame in the time scale of `timescaleOf`. */
export function frameTicks(rate: Rate): number {
  return rate.den * Math.ceil(10_000 / rate.num);
}

/** Frames of a closed GOP, about two seconds. */
export function gopFramesOf(rate: Rate): number {
  return Math.max(1, Math.round(2 * fps(rate)));
}

function reduce(rate: Rate): Rate {
  const divisor = greatestCommonDivisor(rate.num, rate.den);
  return { num: rate.num / divisor, den: rate.den / divisor };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
