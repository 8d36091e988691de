import { join } from 'node:path';
import { wait } from '@rushes/shared/bus';
import type { InspectedData, Plan, Source } from '@rushes/shared/events';
import { HandBack, type StageContext } from '@rushes/shared/stage';
import { mediaFolder } from '@rushes/shared/tracks';
import { afterEncode } from './after-encode.ts';
import { type Announcer, createAnnouncer } from './announcer.ts';
import { growing } from './beginning.ts';
import { framesBefore, gridOf, specsOf } from './core/grid.ts';
import { fps } from './core/rate.ts';
import { cumulated } from './core/results.ts';
import { CannotGoOn, type Continuation } from './core/resume.ts';
import { isFinal, type Job, partOf } from './core/tiers.ts';
import { encode } from './encode.ts';
import { inspectSource } from './inspection.ts';
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
  const announcer = announcerOf(context, deps);
  try {
    await makeTier(context, deps, announcer);
  } finally {
    announcer.stop();
  }
}

async function makeTier(context: StageContext, deps: TranscoderDeps, announcer: Announcer): Promise<void> {
  const { current, visibility, id } = context.video;
  const job = context.job as Job;
  const path = join(context.scratch, 'source');
  const folder = mediaFolder(visibility, id, context.generation);
  const earlier = await findEarlier(context, deps, job, folder);
  const report = reporter(context, earlier);
  const fetchSource = () => downloadSource(context, deps, path, (share) => report(share * DOWNLOAD_PERCENT));
  const isEncoded = earlier?.complete === true;
  if (!isEncoded) await fetchSource();
  const inspected = current.inspected ?? (await inspectSource(context, deps, path));
  const { source, plan } = inspected;
  const record = boundaryRecorder(context, partOf(plan, job), earlier?.segments ?? 0);
  const result = await encode(
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
      record: growing(context, deps, inspected, announcer, record),
      onPart: () => context.step('part'),
    },
    deps,
  ).catch((error: unknown) => {
    if (error instanceof CannotGoOn) return stepBack(context, error);
    throw error;
  });
  const made = await afterEncode(
    {
      path,
      fetchSource: isEncoded ? fetchSource : null,
      source,
      plan: partOf(plan, job),
      tracks: result.tracks,
      mediaFolder: folder,
    },
    context,
    deps,
  );
  await context.step('output');
  await context.append('transcoded', {
    tier: job,
    final: isFinal(plan, job),
    durationSeconds: result.durationSeconds,
    visibility,
    encodeSeconds: result.encodeSeconds,
    ...cumulated(job === 'extended' ? current.transcoded : null, made),
  });
}

function announcerOf({ video, log }: StageContext, deps: TranscoderDeps): Announcer {
  return createAnnouncer({
    publish: (announcement) => deps.announce(video.id, announcement),
    wait,
    onTrouble: (error) =>
      log.warn({ err: error }, 'segments could not be announced; the next announcement names them too'),
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
