import type { VideoEvent } from '@rushes/shared/events';
import type { GenerationEntry } from '@rushes/shared/open-videos';
import type { OpenJob } from '@rushes/shared/video';

/** A stage is asked so often; then the generation fails as `stalled`. */
export const MAX_ASKS = 3;

/** An event of a history with its sequence in the log. */
export interface Stored {
  sequence: number;
  event: VideoEvent;
}

/** The last thing that happened in the making of a video. */
export interface Progress {
  sequence: number;
  /** Milliseconds since 1970. */
  at: number;
}

export interface JobFacts {
  job: OpenJob;
  /** The stage has not been given the job yet: it waits in the log, or was asked for again and not taken. */
  isPending: boolean;
  /** What the stage's claim on this generation says; null: there is none. Milliseconds since 1970. */
  claim: { worker: string | null; leaseUntil: number } | null;
}

export interface StuckFacts {
  now: number;
  /** `STUCK_AFTER`, milliseconds. */
  stuckAfterMs: number;
  progress: Progress;
  entry: GenerationEntry;
  jobs: readonly JobFacts[];
}

export type StuckDecision =
  | { kind: 'wait' }
  /** Ask the stages for these jobs once more, and write the entry. */
  | { kind: 'ask'; jobs: OpenJob[]; entry: GenerationEntry }
  /** Asking has not helped: the generation fails in this stage. */
  | { kind: 'stall'; service: OpenJob['service'] };

/** What a person edits is no progress of the making. Null for a history without events. */
export function progressOf(history: readonly Stored[]): Progress | null {
  const last = history.findLast(({ event }) => event.type !== 'video.updated');
  return last === undefined ? null : { sequence: last.sequence, at: Date.parse(last.event.time) };
}

/** Nothing happened for `STUCK_AFTER`, and nobody was asked: worth a look at claims and queues. */
export function isQuiet({ now, stuckAfterMs, progress, entry }: Omit<StuckFacts, 'jobs'>): boolean {
  return now - Math.max(progress.at, entry.retriedAt ?? 0) >= stuckAfterMs;
}

/** Whether a generation is stuck, and what is to be done. Pure. */
export function decideStuck(facts: StuckFacts): StuckDecision {
  const { now, stuckAfterMs, progress, entry, jobs } = facts;
  if (!isQuiet(facts)) return { kind: 'wait' };
  const isStuck = ({ isPending, claim }: JobFacts) =>
    !isPending && (claim === null || (!isLive(claim, now) && now - claim.leaseUntil >= stuckAfterMs));
  const stuck = jobs.filter(isStuck).map(({ job }) => job);
  // The last tier is packaged and was not said to be the last: nobody else could end this generation.
  if (jobs.length === 0) return { kind: 'stall', service: 'packager' };
  const [first] = stuck;
  if (first === undefined) return { kind: 'wait' };
  const asked = entry.sequence === progress.sequence ? entry.retries : 0;
  if (asked >= MAX_ASKS) return { kind: 'stall', service: first.service };
  const counted = { ...entry, retries: asked + 1, retriedAt: now, sequence: progress.sequence };
  return { kind: 'ask', jobs: stuck, entry: counted };
}

/** A live claim is somebody at work, however long ago the last event was. */
function isLive({ worker, leaseUntil }: { worker: string | null; leaseUntil: number }, now: number): boolean {
  return worker !== null && leaseUntil > now;
}

/** The durable that brings a job to its stage. */
export function durableOf({ service, job }: OpenJob): string {
  return service === 'transcoder' && job === 'extended' ? 'transcoder-extended' : service;
}

/** Sequence of the event that asks for a job; null: none has yet. */
export function askedBy(history: readonly Stored[], generation: number, job: OpenJob): number | null {
  return history.findLast(({ event }) => event.generation === generation && asksFor(event, job))?.sequence ?? null;
}

function asksFor(event: VideoEvent, { service, job }: OpenJob): boolean {
  switch (service) {
    case 'transcoder':
      if (job === 'extended') return event.type === 'video.packaged' && event.data.tier === 'standard';
      return event.type === 'video.uploaded' || event.type === 'video.reprocessed';
    case 'thumbnailer':
      return event.type === 'video.transcoded' && event.data.tier === job;
    case 'packager':
      return event.type === 'video.thumbnailed' && event.data.tier === job;
    default:
      return service satisfies never;
  }
}
