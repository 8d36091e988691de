import { join } from 'node:path';
import type { InspectedData, Source, TranscodedData } from '@rushes/shared/events';
import { MAX_DURATION_SECONDS, MAX_PIXELS, measureFields, measureTiming, probe } from '@rushes/shared/media';
import type { StageContext } from '@rushes/shared/stage';
import { mediaFolder } from '@rushes/shared/tracks';
import type { Generation } from '@rushes/shared/video';
import { audioResult, renditionResult } from './core/facts.ts';
import { gridOf } from './core/grid.ts';
import { inspect, videoStreamOf } from './core/inspect.ts';
import { hidesFields } from './core/picture.ts';
import { plan } from './core/plan.ts';
import { fps } from './core/rate.ts';
import { CannotGoOn, type Continuation } from './core/resume.ts';
import { encode } from './encode.ts';
import type { TranscoderDeps } from './ports.ts';
import { findContinuation, stepBack } from './resume.ts';
import type { WrittenTrack } from './track-writer.ts';

/** Seconds from the beginning in which the spacing of pictures is measured. */
const MEASURED_SECONDS = 20;

/** Percent of the progress that the download takes; the encode takes the rest. */
const DOWNLOAD_PERCENT = 5;

/**
 * Makes the H.264 ladder of a generation: download, inspect (unless an earlier attempt has), encode what earlier attempts
 * have not, and append `transcoded`. The source may be gone or replaced: Failures `source_missing`, `source_changed`.
 */
export async function transcode(context: StageContext, deps: TranscoderDeps): Promise<void> {
  const { current, visibility, id } = context.video;
  const path = join(context.scratch, 'source');
  const folder = mediaFolder(visibility, id, context.generation);
  const earlier =
    current.inspected === null ? null : await findContinuation(context, current.inspected.plan, folder, deps);
  const report = reporter(context, earlier);
  if (earlier?.complete !== true) await download(context, deps, path, report);
  const { source, plan: planned } = current.inspected ?? (await inspectSource(context, deps, path));
  const result = await encode(
    {
      path,
      source,
      plan: planned,
      mediaFolder: folder,
      attempt: context.attempt,
      earlier,
      scratch: context.scratch,
      signal: context.signal,
      onProgress: (seconds) => report(encodedPercent(seconds, source)),
      record: context.record,
      onPart: () => context.step('part'),
    },
    deps,
  ).catch((error: unknown) => {
    if (error instanceof CannotGoOn) return stepBack(context, error);
    throw error;
  });
  await context.step('output');
  await context.append('transcoded', {
    tier: 'standard',
    final: true,
    durationSeconds: result.durationSeconds,
    visibility,
    encodeSeconds: result.encodeSeconds,
    ...listed(result.tracks),
    subtitles: [],
  });
}

function encodedPercent(seconds: number, source: Source): number {
  return DOWNLOAD_PERCENT + Math.min(1, seconds / source.durationSeconds) * (100 - DOWNLOAD_PERCENT);
}

/** Reports percents, but none below what earlier attempts have reached. */
function reporter(context: StageContext, earlier: Continuation | null): (percent: number) => void {
  const { inspected } = context.video.current;
  if (earlier === null || inspected === null) return context.progress;
  const { source, plan: planned } = inspected;
  const { segmentFrames, rate } = gridOf(planned);
  const reached = encodedPercent((earlier.segments * segmentFrames) / fps(rate), source);
  return (percent) => context.progress(Math.max(reached, percent));
}

async function download(
  context: StageContext,
  deps: TranscoderDeps,
  path: string,
  report: (percent: number) => void,
): Promise<void> {
  const { bucket, key, etag, size } = storedSource(context.video.current);
  await deps.storage.download(bucket, key, path, {
    ifMatch: etag,
    signal: context.signal,
    onBytes: (bytes) => report((bytes / Math.max(1, size)) * DOWNLOAD_PERCENT),
  });
}

function storedSource(generation: Generation) {
  if (generation.stored === null) throw new Error(`generation ${generation.number} has no source, so it has no work`);
  return generation.stored;
}

async function inspectSource(context: StageContext, deps: TranscoderDeps, path: string): Promise<InspectedData> {
  const { size } = storedSource(context.video.current);
  const options = { ffprobePath: deps.tools.ffprobePath, signal: context.signal };
  const file = await probe(path, options);
  const announced = file.format.duration;
  const stream = videoStreamOf(file);
  // A recording of a browser does not say how long it is: all of it must be read then.
  const interval = announced === undefined || announced <= 0 ? undefined : MEASURED_SECONDS;
  const timing = stream === undefined ? null : await measureTiming(path, interval, options);
  const limits = { maxPixels: MAX_PIXELS, maxDurationSeconds: MAX_DURATION_SECONDS };
  // What is refused by its header is not decoded.
  const isAccepted = inspect(file, timing, size, limits).kind === 'video';
  const fields =
    isAccepted && stream !== undefined && hidesFields(stream)
      ? await measureFields(path, { ffmpegPath: deps.tools.ffmpegPath, signal: context.signal })
      : null;
  const inspection = inspect(file, timing, size, limits, fields);
  if (inspection.kind === 'refused') throw inspection.failure;
  const { source, warnings } = inspection;
  const data: InspectedData = { source, plan: plan(source, context.video.current.profile), warnings };
  await context.append('inspected', data);
  context.log.info({ source, plan: data.plan }, 'source inspected');
  return data;
}

function listed(tracks: readonly WrittenTrack[]): Pick<TranscodedData, 'renditions' | 'audio'> {
  const results: Pick<TranscodedData, 'renditions' | 'audio'> = { renditions: [], audio: [] };
  // The plan puts the source's default sound first; each bit rate of it is the default of its group.
  let defaultStream: number | undefined;
  for (const { spec, head, folder, segments } of tracks) {
    if (spec.kind === 'video') {
      results.renditions.push(renditionResult(spec, head, folder, segments));
      continue;
    }
    defaultStream ??= spec.audio.sourceStream;
    const isDefault = spec.audio.sourceStream === defaultStream;
    results.audio.push(audioResult(spec, head, folder, segments, isDefault));
  }
  return results;
}
