import { FAILURES } from '@rushes/shared/errors';
import type { History, Log } from '@rushes/shared/log';
import type { GenerationEntry } from '@rushes/shared/open-videos';
import type { Runtime } from '@rushes/shared/service';
import { type OpenJob, openJobs, type Video } from '@rushes/shared/video';
import { askedBy, decideStuck, durableOf, isQuiet, type JobFacts, MAX_ASKS, progressOf } from './core/stuck.ts';
import type { OpenIndex } from './open-index.ts';
import type { Stages } from './stages.ts';

export interface StuckDeps {
  eventLog: Pick<Log, 'execute'>;
  index: Pick<OpenIndex, 'put' | 'remove'>;
  stages: Stages;
  now: () => Date;
  /** `STUCK_AFTER`, milliseconds. */
  stuckAfterMs: number;
  log: Runtime['log'];
}

/** An open generation and its entry in the index, as they were read. */
export interface OpenGeneration {
  video: Video;
  history: History['entries'];
  entry: GenerationEntry;
  revision: number;
}

/** Looks after one open generation; most are seen to live by the log alone. */
export async function lookAfter(deps: StuckDeps, open: OpenGeneration): Promise<'waited' | 'asked' | 'stalled'> {
  const { video, entry } = open;
  const history = open.history.flatMap(({ sequence, parsed }) =>
    parsed.kind === 'event' ? [{ sequence, event: parsed.event }] : [],
  );
  const progress = progressOf(history);
  const clock = { now: deps.now().getTime(), stuckAfterMs: deps.stuckAfterMs };
  if (progress === null || !isQuiet({ ...clock, progress, entry })) return 'waited';
  const generation = video.current.number;
  const factsOf = (job: OpenJob) => jobFacts(deps.stages, video.id, generation, job, askedBy(history, generation, job));
  const jobs = await Promise.all(openJobs(video).map(factsOf));
  const decision = decideStuck({ ...clock, progress, entry, jobs });
  if (decision.kind === 'wait') return 'waited';
  if (decision.kind === 'stall') return stall(deps, open, decision.service);
  // Asked first, then counted: a crash between the two asks once more instead of counting what was never asked.
  for (const job of decision.jobs) await deps.stages.ask(video.id, generation, job);
  await deps.index.put(video.id, decision.entry, open.revision);
  const asked = { videoId: video.id, generation, jobs: decision.jobs, times: decision.entry.retries };
  deps.log.warn(asked, 'a generation does not go on; its stages are asked once more');
  return 'asked';
}

async function jobFacts(
  stages: Stages,
  videoId: string,
  generation: number,
  job: OpenJob,
  sequence: number | null,
): Promise<JobFacts> {
  const [claim, isAskedAgain, delivered] = await Promise.all([
    stages.claimOf(job.service, videoId, generation),
    stages.isAskedAgain(job.service, videoId),
    stages.deliveredBy(durableOf(job)),
  ]);
  // A durable that is gone is made again by the bootstrap, and then brings everything anew.
  const isInLog = sequence !== null && (delivered === null || sequence > delivered);
  return { job, claim, isPending: isAskedAgain || isInLog };
}

async function stall(
  { eventLog, index, log }: StuckDeps,
  { video, history, revision }: OpenGeneration,
  service: string,
): Promise<'stalled' | 'waited'> {
  const data = { stage: service, code: 'stalled', message: FAILURES.stalled.message, attempts: MAX_ASKS };
  const generation = video.current.number;
  // Only what was looked at may fail: whatever has happened meanwhile is progress.
  const ifSequence = history.at(-1)?.sequence;
  const executed = await eventLog.execute(video.id, { type: 'fail', generation, data }, { ifSequence });
  if (executed.kind !== 'appended') return 'waited';
  log.error({ videoId: video.id, generation, service }, 'a generation never went on; it has failed as stalled');
  await index.remove(video.id, revision);
  return 'stalled';
}
