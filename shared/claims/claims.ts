import { type JetStreamClient, type KV, NatsError, StringCodec } from 'nats';
import { isWrongLastSequence, removeKey } from '../bus/index.ts';
import { type Claim, type ClaimTrack, claimSchema, decideClaim, releasedClaim } from './decide.ts';

export interface ClaimKey {
  stage: string;
  videoId: string;
  generation: number;
  /** Of a job that several workers share: the part (`p1`). Absent: the whole. */
  part?: string | undefined;
}

export type Claimed =
  | { kind: 'claimed'; handle: ClaimHandle }
  | { kind: 'held'; retryInMs: number }
  | { kind: 'exhausted'; failures: number };

/** A claim this worker holds. Every call is a compare-and-set; `ClaimLost` means another has it now: stop, append nothing. */
export interface ClaimHandle {
  readonly attempt: number;
  readonly failures: number;
  readonly tracks: readonly ClaimTrack[];
  renew(tracks?: readonly ClaimTrack[]): Promise<void>;
  /** Returns the failures of the job after this one. */
  release(how: 'done' | 'handback' | 'failure'): Promise<number>;
}

export class ClaimLost extends Error {
  override readonly name = 'ClaimLost';
}

export interface Claims {
  acquire(key: ClaimKey, job: string): Promise<Claimed>;
  /** What is written down of a job, whoever holds it; null: nothing. */
  read(key: ClaimKey): Promise<Claim | null>;
  /** Forgets the claim of a generation in which the stage has no more to do. */
  forget(key: ClaimKey): Promise<void>;
}

const text = StringCodec();
/** A held claim is looked at again when its lease can have ended, but not more often than this. */
const MIN_RETRY_MS = 500;
/** How long a holder tries to write its claim while NATS is away. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 250;

export interface ClaimsDeps {
  client: JetStreamClient;
  /** `CLAIMS`. */
  kv: KV;
  worker: string;
  leaseMs: number;
  now: () => Date;
  /** When NATS was last away and came back, in milliseconds since 1970; undefined if it never was. */
  reconnectedAt?: () => number | undefined;
}

export function createClaims(deps: ClaimsDeps): Claims {
  const { kv, worker, leaseMs } = deps;
  const now = () => deps.now().getTime();
  return {
    async acquire(key, job) {
      for (;;) {
        const stored = await readClaim(kv, nameOf(key));
        const wish = { job, worker, now: now(), leaseMs, reconnectedAt: deps.reconnectedAt?.() };
        const decision = decideClaim(stored.claim, wish);
        if (decision.kind === 'held') {
          return { kind: 'held', retryInMs: Math.max(MIN_RETRY_MS, decision.until - now()) };
        }
        const revision = await write(kv, nameOf(key), decision.claim, stored.revision);
        if (revision === null) continue;
        if (decision.kind === 'exhausted') return { kind: 'exhausted', failures: decision.claim.failures };
        return { kind: 'claimed', handle: createHandle(deps, nameOf(key), decision.claim, revision) };
      }
    },
    async read(key) {
      return (await readClaim(kv, nameOf(key))).claim;
    },
    async forget(key) {
      const stored = await readClaim(kv, nameOf(key));
      // Where somebody else wrote meanwhile it is his to forget.
      if (stored.claim !== null) await removeKey(deps.client, 'CLAIMS', nameOf(key), stored.revision);
    },
  };
}

function createHandle(
  deps: Pick<ClaimsDeps, 'kv' | 'leaseMs' | 'now'>,
  name: string,
  first: Claim,
  firstRevision: number,
): ClaimHandle {
  let claim = first;
  let revision = firstRevision;
  // One write at a time: a renewal and a record of tracks must not race with each other for the revision.
  let queue: Promise<unknown> = Promise.resolve();
  const change = (next: (claim: Claim) => Claim): Promise<void> => {
    const turn = queue.then(async () => {
      const changed = next(claim);
      const written = await patiently(() => write(deps.kv, name, changed, revision));
      if (written === null) throw new ClaimLost(`the claim ${name} of attempt ${first.attempt} was taken over`);
      claim = changed;
      revision = written;
    });
    queue = turn.catch(() => undefined);
    return turn;
  };
  return {
    get attempt() {
      return claim.attempt;
    },
    get failures() {
      return claim.failures;
    },
    get tracks() {
      return claim.tracks;
    },
    renew: (tracks) =>
      change((held) => ({
        ...held,
        tracks: tracks === undefined ? held.tracks : [...tracks],
        leaseUntil: deps.now().getTime() + deps.leaseMs,
      })),
    async release(how) {
      await change((held) => releasedClaim(held, how, deps.now().getTime()));
      return claim.failures;
    },
  };
}

/** A reconnect in the middle of a job must not cost the job: every write may be done again. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (const giveUpAt = Date.now() + PATIENCE_MS; ; ) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof NatsError) || Date.now() > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

function nameOf(key: ClaimKey): string {
  const whole = `${key.stage}.${key.videoId}.${key.generation}`;
  return key.part === undefined ? whole : `${whole}.${key.part}`;
}

/** A deleted claim has a revision too, which the next write must name. */
async function readClaim(kv: KV, name: string): Promise<{ claim: Claim | null; revision: number }> {
  const entry = await kv.get(name);
  if (entry === null) return { claim: null, revision: 0 };
  if (entry.operation !== 'PUT') return { claim: null, revision: entry.revision };
  return { claim: claimSchema.parse(JSON.parse(text.decode(entry.value))), revision: entry.revision };
}

/**
 * The new revision; null when somebody else wrote first. A write whose answer was lost is found again by reading, so that
 * the holder does not lose its claim to itself.
 */
async function write(kv: KV, name: string, claim: Claim, revision: number): Promise<number | null> {
  const body = JSON.stringify(claim);
  try {
    return await kv.put(name, text.encode(body), { previousSeq: revision });
  } catch (error) {
    if (!isWrongLastSequence(error)) throw error;
    const entry = await kv.get(name);
    return entry !== null && entry.operation === 'PUT' && text.decode(entry.value) === body ? entry.revision : null;
  }
}
