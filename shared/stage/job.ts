import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Delivery } from '../bus/index.ts';
import { type ClaimHandle, ClaimLost, type ClaimTrack } from '../claims/index.ts';
import { type Failure, toFailure } from '../errors.ts';
import { TIERS, type VideoEvent } from '../events/index.ts';
import { isWorkable, type Objection, type StageResult, type Video } from '../video/index.ts';
import { createProgress } from './progress.ts';
import { jobFolderPrefix } from './scratch.ts';
import type { StageContext, StageDefinition, StageDeps } from './types.ts';

/** How a job ended; `done` also when its result was no longer wanted. */
export type JobEnd = { kind: 'done' } | { kind: 'lost' } | { kind: 'handback' } | { kind: 'failed'; failure: Failure };

/** The log refused a result: the generation is closed, or somebody else's result is there already. The work lets it through. */
export class StageStopped extends Error {
  override readonly name = 'StageStopped';
  readonly objection: Objection;

  constructor(objection: Objection) {
    super(`the log refused the result: ${objection}`);
    this.objection = objection;
  }
}

/**
 * The work gives its job back for something more urgent: no failure is counted, what was recorded stays, and the message
 * comes again at once to the next free slot. Thrown by the work, whose every output up to here is recorded.
 */
export class HandBack extends Error {
  override readonly name = 'HandBack';
}

/** The generation was closed while the job ran. */
class GenerationClosed extends Error {
  override readonly name = 'GenerationClosed';
}

export interface Job {
  delivery: Delivery;
  event: VideoEvent;
  job: string;
  video: Video;
  claim: ClaimHandle;
}

/** Does a claimed job: scratch folder, renewals, the work itself, and a name for how it ended. */
export async function runJob(definition: StageDefinition, deps: StageDeps, job: Job): Promise<JobEnd> {
  const stop = new AbortController();
  const onShutdown = () => stop.abort(job.delivery.signal.reason);
  job.delivery.signal.addEventListener('abort', onShutdown, { once: true });
  if (job.delivery.signal.aborted) onShutdown();
  const renewals = keepRenewing(deps, job, stop);
  const progress = createProgress(deps.runtime, {
    videoId: job.event.subject,
    generation: job.event.generation,
    stage: definition.stage,
    tier: TIERS.find((tier) => tier === job.job),
  });
  let scratch: string | undefined;
  try {
    await deps.onStep?.('claimed', job.event.subject);
    scratch = await createScratch(deps.scratchDir);
    await definition.work(contextOf(deps, job, { scratch, signal: stop.signal, progress: progress.report }));
    return { kind: 'done' };
  } catch (error) {
    return endOf(stop.signal.aborted ? stop.signal.reason : error, job.delivery.signal.aborted);
  } finally {
    clearInterval(renewals);
    progress.stop();
    job.delivery.signal.removeEventListener('abort', onShutdown);
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
  }
}

function endOf(error: unknown, stopping: boolean): JobEnd {
  if (error instanceof ClaimLost) return { kind: 'lost' };
  if (error instanceof StageStopped || error instanceof GenerationClosed) return { kind: 'done' };
  if (stopping || error instanceof HandBack) return { kind: 'handback' };
  return { kind: 'failed', failure: toFailure(error) };
}

/** Renews the claim every third of its lease and looks whether anybody still wants the result. */
function keepRenewing(deps: StageDeps, job: Job, stop: AbortController): NodeJS.Timeout {
  const { subject: videoId, generation } = job.event;
  let running = false;
  const beat = async () => {
    await job.claim.renew();
    const { state } = await deps.runtime.eventLog.read(videoId);
    if (!isWorkable(state, generation)) stop.abort(new GenerationClosed(`generation ${generation} is closed`));
  };
  return setInterval(() => {
    if (running || stop.signal.aborted) return;
    running = true;
    beat()
      .catch((error: unknown) => {
        if (error instanceof ClaimLost) stop.abort(error);
        // NATS away for a moment: the next beat tries again, and before any append the claim is renewed anyway.
        else deps.runtime.log.warn({ err: error, videoId }, 'could not renew a claim');
      })
      .finally(() => {
        running = false;
      });
  }, deps.ackWaitMs / 3);
}

function contextOf(
  deps: StageDeps,
  job: Job,
  own: Pick<StageContext, 'scratch' | 'signal' | 'progress'>,
): StageContext {
  const { event, claim } = job;
  const step: StageContext['step'] = async (name) => deps.onStep?.(name, event.subject);
  return {
    job: job.job,
    event,
    video: job.video,
    generation: event.generation,
    attempt: claim.attempt,
    tracks: claim.tracks,
    ...own,
    log: deps.runtime.log.child({ videoId: event.subject, generation: event.generation, attempt: claim.attempt }),
    record: async (tracks: readonly ClaimTrack[]) => claim.renew(tracks),
    shouldYield: job.delivery.shouldYield,
    step,
    async append(verb, data) {
      own.signal.throwIfAborted();
      await claim.renew();
      const executed = await deps.runtime.eventLog.execute(
        event.subject,
        { type: 'recordResult', generation: event.generation, result: { verb, data } as StageResult },
        { causationId: event.id },
      );
      if (executed.kind === 'refused') throw new StageStopped(executed.objection);
      await step('appended');
      return executed.state as Video;
    },
  };
}

/** A private folder, named after this process so that a later start can tell whose leftovers are whose. */
export async function createScratch(scratchDir: string): Promise<string> {
  await mkdir(scratchDir, { recursive: true });
  return mkdtemp(join(scratchDir, jobFolderPrefix(process.pid)));
}

/** Removes what processes that no longer exist have left in scratch; to be called at start. */
export async function sweepScratch(scratchDir: string): Promise<void> {
  await mkdir(scratchDir, { recursive: true });
  for (const name of await readdir(scratchDir)) {
    const pid = Number(name.split('-')[0]);
    if (Number.isInteger(pid) && pid > 0 && pid !== process.pid && isRunning(pid)) continue;
    await rm(join(scratchDir, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
