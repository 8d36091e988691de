/** Milliseconds before the next try: 1, 2, 4 … 30 s, spread by up to a fifth so that all pages do not come at once. */
export function retryDelay(failures: number, random: number): number {
  const base = Math.min(30_000, 1_000 * 2 ** Math.max(0, Math.min(failures, 10) - 1));
  return Math.round(base * (1 + random / 5));
}
