import { type Claim, claimSchema } from '@rushes/shared/claims';
import { videoIdSchema } from '@rushes/shared/events';
import { parseJson } from '@rushes/shared/json';
import type { Log } from '@rushes/shared/log';
import type { VideoState } from '@rushes/shared/video';
import type { KV } from 'nats';

export interface SweepDeps {
  /** `CLAIMS`, as `admin`. */
  kv: KV;
  eventLog: Pick<Log, 'read'>;
  now: () => Date;
}

export interface Swept {
  kept: number;
  dropped: { key: string; why: string }[];
  /** Not supported, but held by a worker right now: it will stop by itself, and another sweep takes the claim. */
  held: string[];
}

/** The job of a claim that only remembers which attempts' folders are used up; no stage has such a job. */
export const USED_UP = 'used-up';

/**
 * Drops the claims that no event supports: of an unknown or deleted video, of a closed generation or one that the log does
 * not know, and what is no claim at all. Leases (`<service>.<name>`) are not claims and stay. Every removal is a
 * compare-and-set, and a held claim is left alone, so it is safe beside running workers and may be repeated.
 */
export async function sweepClaims({ kv, eventLog, now }: SweepDeps): Promise<Swept> {
  const swept: Swept = { kept: 0, dropped: [], held: [] };
  for (const key of await keysOf(kv)) {
    const entry = await kv.get(key);
    if (entry === null || entry.operation !== 'PUT') continue;
    const claim = claimSchema.safeParse(parseJson(new TextDecoder().decode(entry.value))).data;
    const name = parseClaimName(key);
    const why = name === null ? nameProblem(key) : await unsupported(eventLog, name, claim);
    if (why === null) {
      swept.kept += 1;
    } else if (claim !== undefined && isHeld(claim, now())) {
      swept.held.push(key);
    } else {
      await kv.delete(key, { previousSeq: entry.revision });
      swept.dropped.push({ key, why });
    }
  }
  return swept;
}

export interface ClaimName {
  stage: string;
  videoId: string;
  generation: number;
}

/** `<stage>.<videoId>.<generation>`, with `.p<index>` behind it for a piece; null for anything else. */
export function parseClaimName(key: string): ClaimName | null {
  const [, stage, videoId, generation] = /^([a-z0-9-]+)\.([^.]+)\.([1-9]\d{0,8})(?:\.p\d{1,3})?$/.exec(key) ?? [];
  if (stage === undefined || generation === undefined || !videoIdSchema.safeParse(videoId).success) return null;
  return { stage, videoId: String(videoId), generation: Number(generation) };
}

export function isHeld(claim: Claim, now: Date): boolean {
  return claim.worker !== null && claim.leaseUntil > now.getTime();
}

function nameProblem(key: string): string | null {
  return /^[a-z0-9-]+\.[a-z-]+$/.test(key) ? null : 'its key is neither a claim’s nor a lease’s';
}

async function unsupported(
  eventLog: Pick<Log, 'read'>,
  { videoId, generation }: ClaimName,
  claim: Claim | undefined,
): Promise<string | null> {
  if (claim === undefined) return 'it is not readable as a claim';
  const { state } = await eventLog.read(videoId, { fromLeader: true });
  return whyUnsupported(state, generation, claim);
}

/** Why the log does not support such a claim; null when it does. Pure. */
export function whyUnsupported(state: VideoState, generation: number, claim: Claim): string | null {
  if (state.status === 'none') return 'the log does not know the video';
  if (state.status === 'deleted') return 'the video is deleted';
  if (claim.job === USED_UP && generation >= state.current.number) return null;
  if (generation > state.current.number) return `the log does not know generation ${generation}`;
  if (generation < state.current.number) return `generation ${generation} is not the newest`;
  if (state.current.outcome !== null) return `generation ${generation} is closed (${state.current.outcome})`;
  return null;
}

/** Of all keys that are there now, in their order. */
async function keysOf(kv: KV): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of await kv.keys()) keys.push(key);
  return keys.sort();
}
