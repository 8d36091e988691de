import { Failure, type FailureCode } from '@rushes/shared/errors';
import type { Plan, Source } from '@rushes/shared/events';
import type { ProbedStream } from '@rushes/shared/media';
import type { StageContext } from '@rushes/shared/stage';
import { readTrackFacts } from '@rushes/shared/storage';
import { type Grid, OffGrid, rateOfPlan, regularGrid } from './core/grid.ts';
import { encodedInstead, isCandidate, isCopying, passOn } from './core/passthrough.ts';
import { sourceGrid } from './core/source-grid.ts';
import { type Survey, Unfit } from './core/survey.ts';
import { type EncodeJob, type EncodeResult, encode } from './encode.ts';
import type { TranscoderDeps } from './ports.ts';
import { surveyPictures } from './survey.ts';

/** Looks at the pictures of the job's source, once at most. */
export type Surveyor = (plan: Plan, source: Source) => Promise<Survey | Unfit>;

/** @param path where the source will be when it is asked for */
export function createSurveyor(
  { scratch, signal }: Pick<StageContext, 'scratch' | 'signal'>,
  deps: Pick<TranscoderDeps, 'tools'>,
  path: string,
): Surveyor {
  let surveyed: Promise<Survey | Unfit> | undefined;
  return (plan, { durationSeconds }) => {
    surveyed ??= surveyPictures({ path, rate: rateOfPlan(plan), durationSeconds, scratch, signal }, deps);
    return surveyed;
  };
}

/**
 * The plan with the source's pictures passed on, where nothing would be gained by encoding them; otherwise the plan as it is,
 * with the reason where the source looked fit at first.
 */
export async function planPassthrough(
  source: Source,
  stream: ProbedStream,
  plan: Plan,
  survey: Surveyor,
  log: StageContext['log'],
): Promise<Plan> {
  if (!isCandidate(source, stream, plan)) return plan;
  const found = await survey(plan, source);
  if (found instanceof Unfit) log.info({ err: found }, 'the pictures cannot be passed on');
  const decided = found instanceof Unfit ? found.message : passOn(source, stream, plan, rateOfPlan(plan), found);
  if (typeof decided !== 'string') return decided;
  return { ...plan, reasons: [...plan.reasons, `encoded although it is H.264: ${decided}`] };
}

/**
 * The grid of what a job makes. That of a source's own keyframes is measured by every attempt: a long list has no room in an
 * event.
 * @throws Failure `internal` when the source does not look any more as it did when the plan was made
 */
export async function gridFor(plan: Plan, source: Source, survey: Surveyor): Promise<Grid> {
  const rate = rateOfPlan(plan);
  if (plan.grid !== 'source') return regularGrid(rate, plan.gopFrames);
  const found = await survey(plan, source);
  if (!(found instanceof Unfit)) return sourceGrid(found, rate, isCopying(plan));
  throw new Failure('internal', {
    detail: `the plan follows the source's keyframes, but this worker's ffmpeg finds that ${found.message}; give all workers the same ffmpeg`,
    cause: found,
  });
}

/** What an earlier attempt had to encode although the plan would pass it on, no later attempt passes on. */
export async function withoutGivenUp(
  plan: Plan,
  { tracks }: Pick<StageContext, 'tracks'>,
  { storage, mediaBucket }: Pick<TranscoderDeps, 'storage' | 'mediaBucket'>,
): Promise<Plan> {
  const copied = plan.renditions.find(({ mode }) => mode === 'copy');
  const claimed = tracks.find(({ rendition }) => rendition === copied?.id);
  if (claimed === undefined || claimed.segments === 0) return plan;
  try {
    const { track } = await readTrackFacts(storage, mediaBucket, claimed.track);
    return track.mode === 'copy' ? plan : encodedInstead(plan);
  } catch (error) {
    // Facts that cannot be read are of no use for anything else either: everything is made anew, as planned.
    if (error instanceof Failure && error.code === 'package_invalid') return plan;
    throw error;
  }
}

/** Failures that the source may be the cause of: what is passed on is decoded strictly, and fails at the first damage. */
const FAULTS_OF_SOURCE: ReadonlySet<FailureCode> = new Set(['corrupt', 'tool_failed', 'unsupported_codec']);

/** Behind the number of the attempt in its folder: nothing is written twice under one key. */
const ENCODED = '-encoded';

/**
 * As `encode`; where the source's pictures turn out to be damaged while they are passed on, everything is made anew, all of it
 * encoded, on the same grid.
 */
export async function encodeOrPassOn(
  job: EncodeJob,
  context: StageContext,
  deps: TranscoderDeps,
): Promise<EncodeResult> {
  if (!isCopying(job.plan)) return encode(job, deps);
  try {
    return await encode(job, deps);
  } catch (error) {
    const isOfSource = error instanceof OffGrid || (error instanceof Failure && FAULTS_OF_SOURCE.has(error.code));
    if (!isOfSource || job.grid.source === undefined || context.signal.aborted) throw error;
    context.log.warn({ err: error }, 'the pictures cannot be passed on after all; everything is encoded');
    await context.record([]);
    const grid = sourceGrid(job.grid.source, job.grid.rate, false);
    const plan = encodedInstead(job.plan);
    return encode({ ...job, plan, grid, earlier: null, folderSuffix: ENCODED }, deps);
  }
}
