/** The delay of the nth time, spread by a quarter so that what failed together does not come back together. */
export function delayOf(delaysMs: readonly number[], times: number): number {
  const base = delaysMs[Math.min(Math.max(times, 1), delaysMs.length) - 1] ?? 1_000;
  return base * (0.75 + Math.random() / 2);
}
