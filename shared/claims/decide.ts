import { z } from 'zod';

/**
 * A claim keeps the jobs of one video from running side by side in a stage, and counts their failures. It does not make the
 * outcome happen once: the log does. Stored in KV `CLAIMS` under `<stage>.<videoId>.<generation>`, that of a part
 * of a shared job with `.<part>` behind it; written by compare-and-set only.
 */
const claimTrackSchema = z.object({
  rendition: z.string(),
  track: z.string(),
  etag: z.string(),
  segments: z.int().nonnegative(),
});
/** How far a rendition has come: its facts' key, their etag and the number of whole segments. */
export type ClaimTrack = z.infer<typeof claimTrackSchema>;

export const claimSchema = z.object({
  job: z.string(),
  /** Only grows; names the folder of an attempt's output. */
  attempt: z.int().nonnegative(),
  /** Leases of this job that ran out or ended in a retryable error. */
  failures: z.int().nonnegative(),
  /** Who holds it; null when it was released. */
  worker: z.string().nullable(),
  /** Milliseconds since 1970 by the holder's clock. */
  leaseUntil: z.number(),
  tracks: z.array(claimTrackSchema),
});
export type Claim = z.infer<typeof claimSchema>;

/** The sixth failure of a job ends its generation. */
export const MAX_FAILURES = 6;

/** Who wants to do which job. Times in milliseconds since 1970. */
export interface ClaimWish {
  job: string;
  worker: string;
  now: number;
  leaseMs: number;
  /** When the bucket was last away and came back, as this worker saw it. */
  reconnectedAt?: number | undefined;
}

export type Acquisition =
  | { kind: 'take'; claim: Claim }
  /** Another worker holds a live claim. */
  | { kind: 'held'; until: number }
  /** `claim` records the last failure and is to be written too. */
  | { kind: 'exhausted'; claim: Claim };

/** Decides what becomes of a wish to work, given the stored claim. Pure. */
export function decideClaim(stored: Claim | null, wish: ClaimWish): Acquisition {
  const { job, worker, now, leaseMs } = wish;
  if (stored !== null && stored.worker !== null) {
    // Nobody could renew while the bucket was away, so a holder gets one whole lease after it to show that it lives.
    const until = Math.max(stored.leaseUntil, (wish.reconnectedAt ?? Number.NEGATIVE_INFINITY) + leaseMs);
    // A worker's own live claim is from a delivery that it lost track of: the attempt that holds it still runs.
    if (until > now) return { kind: 'held', until };
  }
  const sameJob = stored?.job === job;
  const ranOut = stored !== null && stored.worker !== null ? 1 : 0;
  const failures = sameJob ? stored.failures + ranOut : 0;
  const claim: Claim = {
    job,
    attempt: (stored?.attempt ?? 0) + 1,
    failures,
    worker,
    leaseUntil: now + leaseMs,
    tracks: sameJob ? stored.tracks : [],
  };
  if (failures >= MAX_FAILURES) {
    return { kind: 'exhausted', claim: { ...claim, attempt: claim.attempt - 1, worker: null, leaseUntil: now } };
  }
  return { kind: 'take', claim };
}

/** How a worker gives a claim back: `done` and `handback` (stop, unhealthy dependency) do not count as failures. */
export function releasedClaim(claim: Claim, how: 'done' | 'handback' | 'failure', now: number): Claim {
  return { ...claim, worker: null, leaseUntil: now, failures: claim.failures + (how === 'failure' ? 1 : 0) };
}
