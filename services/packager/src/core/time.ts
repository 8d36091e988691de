/**
 * Durations for playlists. A playlist's EXTINF values must add up to the length of the content within one frame (Apple's
 * authoring specification, 8.1), so ends are rounded and not durations: whatever the timescale, the sum is exact to 1 µs.
 */

/** Ticks as whole microseconds. BigInt, because ten hours at a timescale of ten million leave the safe integers. */
export function microseconds(ticks: number, timescale: number): number {
  const scale = BigInt(timescale);
  return Number((BigInt(ticks) * 2_000_000n + scale) / (2n * scale));
}

/**
 * Length of a piece in microseconds, the difference of its two rounded ends: so pieces add up to the content, and a piece is
 * as long whether it is one of many or comes alone.
 */
export function pieceMicros({ time, ticks }: { time: number; ticks: number }, timescale: number): number {
  return microseconds(time + ticks, timescale) - microseconds(time, timescale);
}

/** Whole seconds, as a duration is compared with the target duration (RFC 8216, 4.3.3.1). */
export function roundedSeconds(micros: number): number {
  return Math.round(micros / 1_000_000);
}

/** Seconds with six decimals, as EXTINF wants them: 6006000 → "6.006000". */
export function decimalSeconds(micros: number): string {
  return `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, '0')}`;
}

/** An `xs:duration`: 61400000 → "PT61.4S". */
export function xmlDuration(micros: number): string {
  return `PT${decimalSeconds(micros).replace(/\.?0+$/, '')}S`;
}
