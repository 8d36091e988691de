const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/**
 * How often uploads are looked for whose time has run out: a quarter of that time late at most, between a second and a minute.
 * All in milliseconds.
 * @param reconcileMs `RECONCILE_INTERVAL`, where it is set
 */
export function expiryInterval(uploadTtlMs: number, reconcileMs = MINUTE_MS): number {
  return Math.max(SECOND_MS, Math.min(MINUTE_MS, reconcileMs, uploadTtlMs / 4));
}
