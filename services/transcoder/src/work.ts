import { join } from 'node:path';
import type { InspectedData, Plan, Source } from '@rushes/shared/events';
import type { Damage } from '@rushes/shared/media';
import { HandBack, type StageContext } from '@rushes/shared/stage';
import { mediaFolder } from '@rushes/shared/tracks';
import { damageWarnings } from './core/damage.ts';
import { framesBefore, gridOf, specsOf } from './core/grid.ts';
import { fps } from './core/rate.ts';
import { cumulated, listed } from './core/results.ts';
import { CannotGoOn, type Continuation } from './core/resume.ts';
import { isFinal, type Job, partOf } from './core/tiers.ts';
import { cumulatedWarnings } from './core/warnings.ts';
import { encode } from './encode.ts';
import { inspectSource } from './inspection.ts';
import type { TranscoderDeps } from './ports.ts';
import { findContinuation, stepBack } from './resume.ts';
import { downloadSource } from './source.ts';
import { startSubtitles } from './subtitles.ts';

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
  const lacksText = current.transcoded === null && (current.inspected?.plan.subtitles.length ?? 0) > 0;
  if (earlier?.complete !== true || lacksText) {
    await downloadSource(context, deps, path, (share) => report(share * DOWNLOAD_PERCENT));
  }
  const { source, plan } = current.inspected ?? (await inspectSource(context, deps, path));
  const part = partOf(plan, job);
  const { attempt, scratch, signal } = context;
  const files = { path, source, plan: part, mediaFolder: folder, attempt, scratch, signal };
  let damage: Damage = { pictures: 0, sounds: 0, container: 0 };
  const text = startSubtitles(files, current.transcoded, deps);
  const result = await encode(
    {
      ...files,
      earlier,
      onDamage: (found) => {
        damage = found;
      },
      onProgress: (seconds) => report(encodedPercent(seconds, source)),
      record: boundaryRecorder(context, part, earlier?.segments ?? 0),
      onPart: () => context.step('part'),
    },
    deps,
  ).catch(async (error: unknown) => {
    await text.stop();
    if (error instanceof CannotGoOn) return stepBack(context, error);
    throw error;
  });
  const { subtitles, warnings } = await text.made;
  await context.step('output');
  await context.append('transcoded', {
    tier: job,
    final: isFinal(plan, job),
    durationSeconds: result.durationSeconds,
    visibility,
    encodeSeconds: result.encodeSeconds,
    ...cumulated(job === 'extended' ? current.transcoded : null, listed(result.tracks)),
    subtitles,
    ...cumulatedWarnings(current.transcoded, [...warnings, ...damageWarnings(source, damage, result.durationSeconds)]),
  });
}

/**
 * Writes down how far the tracks are. Wherever all of them have a segment more, a job that others should go before is handed
 * back: its next attempt goes on from there.
 */
function boundaryRecorder(context: StageContext, part: Plan, before: number): StageContext['record'] {
  const count = specsOf(part).length;
  let whole = before;
  return async (tracks) => {
    await context.record(tracks);
    const now = tracks.length < count ? 0 : Math.min(...tracks.map(({ segments }) => segments));
    if (now <= whole) return;
    whole = now;
    if (await context.shouldYield()) throw new HandBack('new videos go first');
  };
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
