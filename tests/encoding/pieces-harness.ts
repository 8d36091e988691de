import { tmpdir } from 'node:os';
import {
  type Claim,
  type ClaimHandle,
  type ClaimKey,
  ClaimLost,
  decideClaim,
  releasedClaim,
} from '@rushes/shared/claims';
import type { InspectedData } from '@rushes/shared/events';
import { createLogger } from '@rushes/shared/service';
import type { VideoState } from '@rushes/shared/video';
import { childBoxes, needBox, view } from '../../services/transcoder/src/core/boxes.ts';
import { helpOut } from '../../services/transcoder/src/pieces/help.ts';
import type { PiecesDeps } from '../../services/transcoder/src/pieces/ports.ts';
import { type bucketOf, tools, VIDEO_ID } from '../media/harness.ts';

const LEASE_MS = 30_000;

/** Claims in memory, by the same decisions as the real ones. */
export function memoryClaims() {
  const stored = new Map<string, Claim>();
  const nameOf = ({ generation, part }: ClaimKey) => `${generation}.${part ?? ''}`;
  const as = (worker: string): PiecesDeps['claims'] => ({
    async acquire(key, job) {
      const name = nameOf(key);
      const decision = decideClaim(stored.get(name) ?? null, { job, worker, now: Date.now(), leaseMs: LEASE_MS });
      if (decision.kind === 'held') return { kind: 'held', retryInMs: 10 };
      stored.set(name, decision.claim);
      if (decision.kind === 'exhausted') return { kind: 'exhausted', failures: decision.claim.failures };
      return { kind: 'claimed', handle: handleOf(name, decision.claim) };
    },
    read: async (key) => stored.get(nameOf(key)) ?? null,
    forget: async (key) => void stored.delete(nameOf(key)),
  });
  const handleOf = (name: string, first: Claim): ClaimHandle => {
    const change = (next: (claim: Claim) => Claim) => {
      const claim = stored.get(name);
      if (claim?.attempt !== first.attempt) throw new ClaimLost(`${name} was taken over`);
      stored.set(name, next(claim));
    };
    const now = () => stored.get(name) ?? first;
    return {
      attempt: first.attempt,
      get failures() {
        return now().failures;
      },
      get tracks() {
        return now().tracks;
      },
      renew: async (tracks) =>
        change((claim) => ({ ...claim, tracks: tracks === undefined ? claim.tracks : [...tracks] })),
      async release(how) {
        change((claim) => releasedClaim(claim, how, Date.now()));
        return now().failures;
      },
    };
  };
  return { stored, as };
}

export type MemoryClaims = ReturnType<typeof memoryClaims>;

/** What is asked of other workers. */
export interface Asked {
  subject: string;
  body: string;
}

export interface SharingOptions {
  workers?: number;
  worker?: string;
  /** Told of each piece that others are asked for. */
  onAsk?: (asked: Asked) => void;
  onStep?: PiecesDeps['onStep'];
  /** What the log says of the video; default: that it is being worked on. */
  state?: () => VideoState;
}

export function sharing(claims: MemoryClaims, options: SharingOptions = {}): PiecesDeps {
  const { workers = 2, worker = 'leader', onAsk, onStep, state } = options;
  return {
    workers,
    claims: claims.as(worker),
    eventLog: {
      read: async () => ({ entries: [], state: state?.() ?? ({ status: 'none' } as VideoState), lastSequence: 1 }),
    },
    scratch: { reserve: async () => ({ kind: 'reserved', release: () => undefined }) },
    scratchDir: tmpdir(),
    leaseMs: LEASE_MS,
    log: createLogger('transcoder', 'silent'),
    ask: async (subject, body) => onAsk?.({ subject, body }),
    wait: () => new Promise((resolve) => setTimeout(resolve, 20)),
    onStep,
  };
}

/** The video as the log has it while its pieces are made. */
export function inWork(inspected: InspectedData, status = 'processing'): VideoState {
  return {
    status,
    id: VIDEO_ID,
    visibility: 'public',
    current: {
      number: 1,
      outcome: null,
      stored: { bucket: 'uploads', key: `uploads/${VIDEO_ID}/source`, size: 1000, etag: 'etag' },
      inspected,
      transcoded: null,
    },
  } as unknown as VideoState;
}

/** Another worker takes a piece. */
export function help(bucket: ReturnType<typeof bucketOf>, asked: Asked, pieces: PiecesDeps, signal?: AbortSignal) {
  return helpOut(
    {
      ...asked,
      sequence: 1,
      deliveries: 1,
      traceparent: '',
      signal: signal ?? new AbortController().signal,
      shouldYield: async () => false,
    },
    {
      storage: bucket.storage,
      mediaBucket: 'media',
      tools: tools(),
      profiles: new Map(),
      announce: async () => undefined,
      quality: 'none',
      scratch: { reserve: async () => ({ kind: 'reserved', release: () => undefined }) },
      now: () => new Date(),
      pieces,
      isNeeded: () => true,
      scratchBytes: () => 1,
    },
  );
}

/** Sequence numbers of all fragments of a track, in order. */
export function sequencesIn(media: Buffer): number[] {
  return childBoxes(media)
    .filter((box) => box.type === 'moof')
    .map((moof) => view(needBox(moof.body, ['mfhd']).body).getUint32(4));
}
