import { type Delivery, type Outcome, startWorker, type Worker } from '../bus/index.ts';
import type { ClaimHandle, Claims } from '../claims/index.ts';
import { MAX_FAILURES } from '../claims/index.ts';
import { Failure } from '../errors.ts';
import { parseEvent, type VideoEvent } from '../events/index.ts';
import { meter, type Runtime, untilHealthy, withSpan } from '../service/index.ts';
import { type Storage, storageCheck } from '../storage/index.ts';
import { isWorkable, type Video } from '../video/index.ts';
import { type JobEnd, runJob } from './job.ts';
import type { StageDefinition, Step } from './types.ts';

export interface StageDeps {
  runtime: Runtime;
  claims: Claims;
  storage: Storage;
  /** Of the store that must answer before a message is pulled. */
  bucket: string;
  /** Where each job gets a folder of its own. */
  scratchDir: string;
  ackWaitMs: number;
  slots: number;
  /** Called at every step of every job; only tests give one. */
  onStep?: (step: Step, videoId: string) => Promise<void>;
}

/** An event that nobody here understands is offered again after this time, to a newer version of the service. */
const QUARANTINE_MS = 60_000;
/** Delays after a retryable failure, by how often it happened; the last one repeats. */
const RETRY_DELAYS_MS = [1_000, 5_000, 15_000, 60_000, 300_000];

/** Asked for when it is used: instruments made before telemetry has started measure nothing. */
const jobSeconds = () =>
  meter().createHistogram('rushes.job.duration', { unit: 's', description: 'Time of a job by stage and outcome' });

/**
 * Runs a stage: for each event read the history and decide, claim, work, append, ack. A crash before the append means
 * redelivery and a new attempt; a crash after it means that the next delivery finds the result and acks.
 */
export function startStage(definition: StageDefinition, deps: StageDeps): Worker {
  return startWorker({
    client: deps.runtime.client,
    stream: 'VIDEO',
    durable: definition.durable,
    slots: deps.slots,
    ackWaitMs: deps.ackWaitMs,
    log: deps.runtime.log,
    // While its store is down a stage pulls nothing, so that an outage uses up nobody's attempts.
    healthy: (signal) => untilHealthy([storageCheck(deps.storage, deps.bucket)], deps.runtime.log, signal),
    handle: (delivery) => handle(definition, deps, delivery),
  });
}

async function handle(definition: StageDefinition, deps: StageDeps, delivery: Delivery): Promise<Outcome> {
  const { log } = deps.runtime;
  const parsed = parseEvent(delivery.subject, delivery.body);
  if (parsed.kind === 'unknown') return { kind: 'ack' };
  if (parsed.kind === 'invalid') {
    log.error(
      { subject: delivery.subject, sequence: delivery.sequence, problems: parsed.problems },
      'event not understood',
    );
    return { kind: 'nak', delayMs: QUARANTINE_MS };
  }
  const job = definition.jobOf(parsed.event);
  if (job === null) return { kind: 'ack' };
  const attributes = { 'rushes.video': parsed.event.subject, 'rushes.job': job };
  return withSpan(`${definition.stage} ${job}`, { traceparent: delivery.traceparent, attributes }, () =>
    handleJob(definition, deps, delivery, parsed.event, job),
  );
}

async function handleJob(
  definition: StageDefinition,
  deps: StageDeps,
  delivery: Delivery,
  event: VideoEvent,
  job: string,
): Promise<Outcome> {
  const { subject: videoId, generation } = event;
  const key = { stage: definition.stage, videoId, generation };
  if ((await neededVideo(definition, deps, event, job)) === null) return { kind: 'ack' };

  const claimed = await deps.claims.acquire(key, job);
  if (claimed.kind === 'held') return { kind: 'nak', delayMs: claimed.retryInMs };
  if (claimed.kind === 'exhausted') return exhaust(definition, deps, event, claimed.failures);
  const { handle: claim } = claimed;
  // Read again: whoever held the claim before may have appended meanwhile.
  const video = await neededVideo(definition, deps, event, job);
  if (video === null) {
    await claim.release('done');
    return { kind: 'ack' };
  }
  const startedAt = performance.now();
  const end = await runJob(definition, deps, { delivery, event, job, video, claim });
  const outcome = end.kind === 'failed' ? end.failure.code : end.kind;
  jobSeconds().record((performance.now() - startedAt) / 1_000, { stage: definition.stage, job, outcome });
  const settled = await settle(definition, deps, event, claim, end, delivery);
  await forgetIfClosed(deps, key);
  return settled;
}

/** The video when it still lacks the job's result and the generation is open; null: nothing to do. */
async function neededVideo(
  definition: StageDefinition,
  deps: StageDeps,
  event: VideoEvent,
  job: string,
): Promise<Video | null> {
  const { state } = await deps.runtime.eventLog.read(event.subject);
  return isWorkable(state, event.generation) && definition.isNeeded(state, job) ? state : null;
}

/** Turns how a job ended into what becomes of the claim and of the message. */
async function settle(
  definition: StageDefinition,
  deps: StageDeps,
  event: VideoEvent,
  claim: ClaimHandle,
  end: JobEnd,
  delivery: Delivery,
): Promise<Outcome> {
  const log = deps.runtime.log.child({ videoId: event.subject, generation: event.generation });
  switch (end.kind) {
    case 'done':
      await claim.release('done');
      return { kind: 'ack' };
    case 'lost':
      log.warn('the claim was taken over by another worker; nothing is appended');
      return { kind: 'nak', delayMs: deps.ackWaitMs };
    case 'handback':
      await claim.release('handback');
      return { kind: 'nak', delayMs: 0 };
    case 'failed':
      return settleFailure(definition, deps, event, claim, end.failure, delivery);
    default:
      return end satisfies never;
  }
}

async function settleFailure(
  definition: StageDefinition,
  deps: StageDeps,
  event: VideoEvent,
  claim: ClaimHandle,
  failure: Failure,
  delivery: Delivery,
): Promise<Outcome> {
  const log = deps.runtime.log.child({ videoId: event.subject, generation: event.generation, code: failure.code });
  if (!failure.retryable) {
    log.warn({ detail: failure.detail }, failure.message);
    await claim.renew();
    await appendFailed(definition, deps, event, failure, claim.attempt);
    await claim.release('done');
    return { kind: 'ack' };
  }
  // An outage of a dependency is nobody's failed attempt.
  const outage = failure.code === 'storage_unavailable' || failure.code === 'bus_unavailable';
  const failures = await claim.release(outage ? 'handback' : 'failure');
  log.error({ err: failure, detail: failure.detail, failures }, 'a job failed and will be tried again');
  if (failures >= MAX_FAILURES) return exhaust(definition, deps, event, failures);
  return { kind: 'nak', delayMs: retryDelay(outage ? delivery.deliveries : failures) };
}

async function exhaust(
  definition: StageDefinition,
  deps: StageDeps,
  event: VideoEvent,
  failures: number,
): Promise<Outcome> {
  await appendFailed(definition, deps, event, new Failure('attempts_exhausted'), failures);
  await forgetIfClosed(deps, { stage: definition.stage, videoId: event.subject, generation: event.generation });
  return { kind: 'ack' };
}

async function appendFailed(
  definition: StageDefinition,
  deps: StageDeps,
  event: VideoEvent,
  failure: Failure,
  attempts: number,
): Promise<void> {
  await deps.runtime.eventLog.execute(
    event.subject,
    {
      type: 'fail',
      generation: event.generation,
      data: { stage: definition.stage, code: failure.code, message: failure.message, attempts },
    },
    { causationId: event.id },
  );
}

/** A claim of a closed generation is of no more use to anybody. */
async function forgetIfClosed(
  deps: StageDeps,
  key: { stage: string; videoId: string; generation: number },
): Promise<void> {
  const { state } = await deps.runtime.eventLog.read(key.videoId);
  if (!isWorkable(state, key.generation)) await deps.claims.forget(key);
}

function retryDelay(times: number): number {
  const base = RETRY_DELAYS_MS[Math.min(Math.max(times, 1), RETRY_DELAYS_MS.length) - 1] ?? 1_000;
  return base * (0.75 + Math.random() / 2);
}
