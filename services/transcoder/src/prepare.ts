import type { InspectedData, Plan, Source } from '@rushes/shared/events';
import type { StageContext } from '@rushes/shared/stage';
import { framesBefore, type Grid } from './core/grid.ts';
import { fps } from './core/rate.ts';
import type { Continuation } from './core/resume.ts';
import { type Job, partOf } from './core/tiers.ts';
import { inspectSource } from './inspection.ts';
import { createSurveyor, gridFor, type Surveyor, withoutGivenUp } from './passthrough.ts';
import type { TranscoderDeps } from './ports.ts';
import { findContinuation } from './resume.ts';
import { downloadSource } from './source.ts';

/** Percent of the progress that the download takes; the encode takes the rest. */
const DOWNLOAD_PERCENT = 5;

/** All that is known before the encode. */
export interface Prepared extends InspectedData {
  /** Of the plan, what this job makes. */
  part: Plan;
  grid: Grid;
  /** What earlier attempts have stored; null: nothing that is of use. */
  earlier: Continuation | null;
  /** Reports percents, but none below what earlier attempts have reached. */
  report(percent: number): void;
  /** Copies the source into scratch where nothing is left to encode and so nobody has; null: it is there. */
  fetchSource: (() => Promise<void>) | null;
}

export interface Preparation {
  job: Job;
  /** Where the source is put. */
  path: string;
  /** Key of the generation's media folder. */
  folder: string;
}

/**
 * Finds what earlier attempts have stored, downloads the source unless nothing is left to encode, and inspects it unless an
 * earlier attempt has.
 * @throws Failure as `downloadSource`, `inspectSource` and `findContinuation` do
 */
export async function prepare(context: StageContext, deps: TranscoderDeps, about: Preparation): Promise<Prepared> {
  const { inspected } = context.video.current;
  const survey = createSurveyor(context, deps, about.path);
  const find = (known: InspectedData) => findEarlier(context, deps, about, known, survey);
  // A source's own keyframes stand nowhere but in it: it must be there before what was made of it can be judged.
  const early = inspected === null || inspected.plan.grid === 'source' ? null : await find(inspected);
  const fetchSource = (report: (percent: number) => void) =>
    downloadSource(context, deps, about.path, (share) => report(share * DOWNLOAD_PERCENT));
  if (early?.earlier?.complete === true && !lacksText(context))
    return { ...early, fetchSource: () => fetchSource(early.report) };
  const report = early?.report ?? (context.tracks.length > 0 ? () => undefined : context.progress);
  await fetchSource(report);
  return early ?? find(inspected ?? (await inspectSource(context, deps, about.path, survey)));
}

/** Subtitles are made by each attempt anew, until they are listed. */
function lacksText({ video: { current } }: StageContext): boolean {
  return current.transcoded === null && (current.inspected?.plan.subtitles.length ?? 0) > 0;
}

async function findEarlier(
  context: StageContext,
  deps: TranscoderDeps,
  { job, folder }: Preparation,
  inspected: InspectedData,
  survey: Surveyor,
): Promise<Prepared> {
  const { source, plan } = inspected;
  const part = await withoutGivenUp(partOf(plan, job), context, deps);
  const grid = await gridFor(part, source, survey);
  const earlier = await findContinuation(context, part, grid, folder, deps);
  const reached = earlier === null ? 0 : encodedPercent(framesBefore(grid, earlier.segments) / fps(grid.rate), source);
  const report = (percent: number) => context.progress(Math.max(reached, percent));
  return { ...inspected, part, grid, earlier, report, fetchSource: null };
}

/** Percent of the whole job when so many seconds are encoded. */
export function encodedPercent(seconds: number, source: Source): number {
  return DOWNLOAD_PERCENT + Math.min(1, seconds / source.durationSeconds) * (100 - DOWNLOAD_PERCENT);
}
