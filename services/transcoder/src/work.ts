import { join } from 'node:path';
import type { InspectedData, Source } from '@rushes/shared/events';
import type { StageContext } from '@rushes/shared/stage';
import { mediaFolder } from '@rushes/shared/tracks';
import { boundaryRecorder } from './boundary.ts';
import { framesBefore, gridOf } from './core/grid.ts';
import { piecesOf } from './core/pieces.ts';
import { fps } from './core/rate.ts';
import { cumulated, listed } from './core/results.ts';
import { CannotGoOn, type Continuation } from './core/resume.ts';
import { isFinal, type Job, partOf } from './core/tiers.ts';
import { type EncodeJob, type EncodeResult, encode } from './encode.ts';
import { inspectSource } from './inspection.ts';
import { encodeInPieces } from './pieces/lead.ts';
import type { TranscoderDeps } from './ports.ts';
import { findContinuation, stepBack } from './resume.ts';
import { downloadSource } from './source.ts';

/** Percent of the progress that the download takes; the encode takes the rest. */
const DOWNLOAD_PERCENT = 5;

/**
 * Makes a tier of a generation: download, inspect (unless an earlier attempt has), encode what earlier attempts have not, and
 * append `transcoded`. The source may be gone or replaced: Failures `source_missing`, `source_changed`.
 */
export async function transcode(context: StageContext, deps: TranscoderDeps): Promise<void> {
  const { current, visibility, id } = context.video;
  const job = context.job as Job;
  const path = join(context.scratch, 'source');
  const folder = mediaFolder(visibility, id, context.generation);
  const earlier = await findEarlier(context, deps, job, folder);
  const report = reporter(context, earlier);
  if (earlier?.complete !== true) {
    await downloadSource(context, deps, path, (share) => report(share * DOWNLOAD_PERCENT));
  }
  const { source, plan } = current.inspected ?? (await inspectSource(context, deps, path));
  const result = await encodeJob(
    {
      path,
      source,
      plan: partOf(plan, job),
      mediaFolder: folder,
      attempt: context.attempt,
      earlier,
      scratch: context.scratch,
      signal: context.signal,
      onProgress: (seconds) => report(encodedPercent(seconds, source)),
      record: boundaryRecorder(context, partOf(plan, job), earlier?.segments ?? 0),
      onPart: () => context.step('part'),
    },
    context,
    deps,
  ).catch((error: unknown) => {
    if (error instanceof CannotGoOn) return stepBack(context, error);
    throw error;
  });
  await context.step('output');
  await context.append('transcoded', {
    tier: job,
    final: isFinal(plan, job),
    durationSeconds: result.durationSeconds,
    visibility,
    encodeSeconds: result.encodeSeconds,
    ...cumulated(job === 'extended' ? current.transcoded : null, listed(result.tracks)),
  });
}

/** Alone, or together with other workers where the video is long enough. */
function encodeJob(job: EncodeJob, context: StageContext, deps: TranscoderDeps): Promise<EncodeResult> {
  const { pieces: sharing } = deps;
  if (sharing === undefined || job.earlier?.complete === true) return encode(job, deps);
  const pieces = piecesOf(job.source, job.plan, sharing.workers);
  return pieces.length === 0 ? encode(job, deps) : encodeInPieces(job, pieces, context, { ...deps, pieces: sharing });
}

/** What earlier attempts of this job have stored; there was none before the inspection. */
async function findEarlier(
  context: StageContext,
  deps: TranscoderDeps,
  job: Job,
  folder: string,
): Promise<Continuation | null> {
  const { inspected } = context.video.current;
  return inspected === null ? null : findContinuation(context, partOf(inspected.plan, job), folder, deps);
}

function encodedPercent(seconds: number, source: Source): number {
  return DOWNLOAD_PERCENT + Math.min(1, seconds / source.durationSeconds) * (100 - DOWNLOAD_PERCENT);
}

/** Reports percents, but none below what earlier attempts have reached. */
function reporter(context: StageContext, earlier: Continuation | null): (percent: number) => void {
  const { inspected } = context.video.current;
  if (earlier === null || inspected === null) return context.progress;
  const reached = encodedPercent(secondsOf(inspected, earlier.segments), inspected.source);
  return (percent) => context.progress(Math.max(reached, percent));
}

function secondsOf({ plan }: InspectedData, segments: number): number {
  const grid = gridOf(plan);
  return framesBefore(grid, segments) / fps(grid.rate);
}
