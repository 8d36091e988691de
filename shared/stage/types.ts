import type { Logger } from 'pino';
import type { Delivery, Durables, Outcome } from '../bus/index.ts';
import type { Claims, ClaimTrack } from '../claims/index.ts';
import type { DataOf, VideoEvent } from '../events/index.ts';
import type { Runtime } from '../service/index.ts';
import type { Storage } from '../storage/index.ts';
import type { StageName, Video } from '../video/index.ts';
import type { ScratchAccount } from './scratch.ts';

/** The verbs a stage may append as its results. */
export type StageVerb = 'inspected' | 'transcoded' | 'thumbnailed' | 'packaged';

/** The steps of a job between which a crash must lose nothing; tests kill the process at each of them. `part`: a segment is stored and recorded. */
export type Step = 'claimed' | 'part' | 'output' | 'appended' | 'acked';

/** All that a stage's work gets. Everything it does must stop when `signal` aborts (lost claim, shutdown, closed generation). */
export interface StageContext {
  /** Names the work: the claim counts failures by it. */
  job: string;
  /** The event that asked for it. */
  event: VideoEvent;
  /** The video as the log says it is, at the start of the job. */
  video: Video;
  /** The generation being worked on, which is `video.current.generation`. */
  generation: number;
  /** Only grows; names the folder of everything this attempt writes. */
  attempt: number;
  /** What earlier attempts of this job wrote down. */
  tracks: readonly ClaimTrack[];
  /** An empty folder of this job alone, removed at its end. */
  scratch: string;
  signal: AbortSignal;
  log: Logger;
  /** 0…100, reported at most twice a second, never backwards. */
  progress(percent: number): void;
  /** Writes the tracks into the claim, so that a later attempt can go on from there. Throws when the claim is lost. */
  record(tracks: readonly ClaimTrack[]): Promise<void>;
  /**
   * Appends a result by the log's rule, after renewing the claim. A refusal (closed generation, tier already there) stops the
   * job: it throws `StageStopped`, which the work lets through.
   */
  append<V extends StageVerb>(verb: V, data: DataOf<V>): Promise<Video>;
  /**
   * Whether more urgent work waits for a slot: true only for a job of a lower durable, when one before it has messages that
   * nobody has pulled. Work that can go on later then records how far it is and throws `HandBack`.
   */
  shouldYield(): Promise<boolean>;
  /** Marks that all output of the job is in storage, right before the last append (a crash point for tests). */
  step(step: Step): Promise<void>;
}

export interface StageDeps {
  runtime: Runtime;
  claims: Claims;
  storage: Storage;
  /** Of the store that must answer before a message is pulled. */
  bucket: string;
  /** Where each job gets a folder of its own. */
  scratchDir: string;
  /** One for all jobs of the process. */
  scratch: ScratchAccount;
  ackWaitMs: number;
  slots: number;
  /** Called at every step of every job; only tests give one. */
  onStep?: (step: Step, videoId: string) => Promise<void>;
}

export interface StageDefinition {
  /** The service's name: the `stage` of claims, progress and `failed`. */
  stage: StageName;
  /** What brings the jobs, in order of precedence: a later one is served only while those before it have nothing to give. */
  durables: Durables;
  /** Does what a durable of another stream brings: parts of jobs that several workers share. */
  handlePart?(delivery: Delivery): Promise<Outcome>;
  /** Parts whose claims go with the claim of the whole. */
  parts?: readonly string[];
  /** Which job an event asks for; null: none, it is acked. */
  jobOf(event: VideoEvent): string | null;
  /** Whether the log still lacks the job's result. Pure. */
  isNeeded(video: Video, job: string): boolean;
  /**
   * Bytes that the job will need in scratch at most; absent: so few that nobody counts them. A job that does not fit waits,
   * one that could never fit ends its generation as `too_large` before it starts. Pure.
   */
  scratchBytes?(video: Video, job: string): number;
  /** Does the job and appends its results; a Failure that is not retryable becomes `failed`. */
  work(context: StageContext): Promise<void>;
}
