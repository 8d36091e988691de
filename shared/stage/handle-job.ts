import type { Delivery, Outcome } from '../bus/index.ts';
import { type ClaimHandle, MAX_FAILURES } from '../claims/index.ts';
import { Failure } from '../errors.ts';
import type { VideoEvent } from '../events/index.ts';
import { meter } from '../service/index.ts';
import { isFinishedFor, isWorkable, type Video } from '../video/index.ts';
import { delayOf } from './delay.ts';
import { type JobEnd, runJob } from './job.ts';
import { findRoom } from './room.ts';
import type { StageDefinition, StageDeps } from './types.ts';

/** Delays after a retryable failure, by how often it happened; the last one repeats. */
const RETRY_DELAYS_MS = [1_000, 5_000, 15_000, 60_000, 300_000];

/** Asked for when it is used: instruments made before telemetry has started measure nothing. */
const jobSeconds = () =>
  meter().createHistogram('rushes.job.duration', { unit: 's', description: 'Time of a job by stage and outcome' });

/** One job from the decision to its outcome: what becomes of the message. */
export async function handleJob(
  definition: StageDefinition,
  deps: StageDeps,
  delivery: Delivery,
  event: VideoEvent,
  job: string,
): Promise<Outcome> {
  const video = await neededVideo(definition, deps, event, job);
  if (video === null) {
    // A crash between the outcome and its acknowledgement leaves the claim behind.
    if (delivery.deliveries > 1) await forgetIfOver(definition, deps, event);
    return { kind: 'ack' };
  }
  const room = await findRoom(definition, deps, delivery, video, job);
  if (room.kind === 'wait') return { kind: 'nak', delayMs: room.delayMs };
  try {
    const refusal = room.kind === 'refused' ? room.failure : null;
    return await claimAndRun(definition, deps, { delivery, event, job, refusal });
  } finally {
    if (room.kind === 'room') room.release();
  }
}

/** `refusal`: why the job cannot be done here; the claim then only keeps it from failing beside somebody who does it. */
async function claimAndRun(
  definition: StageDefinition,
  deps: StageDeps,
  { delivery, event, job, refusal }: { delivery: Delivery; event: VideoEvent; job: string; refusal: Failure | null },
): Promise<Outcome> {
  const key = keyOf(definition, event);
  const claimed = await deps.claims.acquire(key, job);
  if (claimed.kind === 'held') return { kind: 'nak', delayMs: claimed.retryInMs };
  if (claimed.kind === 'exhausted') return exhaust(definition, deps, event, claimed.failures);
  const { handle: claim } = claimed;
  // Read again: whoever held the claim before may have appended meanwhile.
  const video = await neededVideo(definition, deps, event, job);
  if (video === null) {
    await claim.release('done');
    await forgetIfOver(definition, deps, event);
    return { kind: 'ack' };
  }
  const startedAt = performance.now();
  const end: JobEnd =
    refusal === null
      ? await runJob(definition, deps, { delivery, event, job, video, claim })
      : { kind: 'failed', failure: refusal };
  const outcome = end.kind === 'failed' ? end.failure.code : end.kind;
  jobSeconds().record((performance.now() - startedAt) / 1_000, { stage: definition.stage, job, outcome });
  const settled = await settle(definition, deps, event, claim, end, delivery);
  await forgetIfOver(definition, deps, event);
  return settled;
}

function keyOf(definition: StageDefinition, event: VideoEvent) {
  return { stage: definition.stage, videoId: event.subject, generation: event.generation };
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
      log.info('handed back; whoever takes it next goes on from here');
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
  return { kind: 'nak', delayMs: delayOf(RETRY_DELAYS_MS, outage ? delivery.deliveries : failures) };
}

async function exhaust(
  definition: StageDefinition,
  deps: StageDeps,
  event: VideoEvent,
  failures: number,
): Promise<Outcome> {
  await appendFailed(definition, deps, event, new Failure('attempts_exhausted'), failures);
  await forgetIfOver(definition, deps, event);
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

/** A claim is of no more use when the generation is closed, or the stage has appended its last result there. */
async function forgetIfOver(definition: StageDefinition, deps: StageDeps, event: VideoEvent): Promise<void> {
  const key = keyOf(definition, event);
  const { state } = await deps.runtime.eventLog.read(key.videoId);
  if (isWorkable(state, key.generation) && !isFinishedFor(state, key.stage)) return;
  await deps.claims.forget(key);
  for (const part of definition.parts ?? []) await deps.claims.forget({ ...key, part });
}
