import { mkdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Plan, PlannedRendition, Source } from '@rushes/shared/events';
import { runFfmpeg } from '@rushes/shared/media';
import type { StageContext } from '@rushes/shared/stage';
import { gatherObjects } from '@rushes/shared/storage';
import { inputOptions } from './core/arguments.ts';
import { rateOfPlan } from './core/grid.ts';
import { meanIn, qualityArguments, type Sample, sampleOf } from './core/quality.ts';
import type { WrittenTrack } from './core/results.ts';
import type { TranscoderDeps } from './ports.ts';
import { withRoom } from './room.ts';

export interface QualityJob {
  /** Local copy of the source, or where `fetchSource` puts it. */
  path: string;
  /** Null: it is there. */
  fetchSource: (() => Promise<void>) | null;
  source: Source;
  /** The part that was encoded. */
  plan: Plan;
  tracks: readonly WrittenTrack[];
  context: Pick<StageContext, 'scratch' | 'signal' | 'log'>;
}

/** A measurement decodes the source once and some pictures of each rendition: it may take so many times the video's length. */
const TIMEOUT_FACTOR = 10;
const SHORTEST_TIMEOUT = 600;

/** A rendition that was encoded, and its segments that are measured. */
interface Measured {
  rendition: PlannedRendition;
  keys: string[];
  bytes: number;
}

/**
 * Measures the mean VMAF of each rendition that was encoded, on a sample of stored segments, against the source as the
 * encoders saw it. Whatever goes wrong is told in the log, and nothing is known then: no video fails for it.
 * @returns scores 0…100 by rendition
 * @throws the signal's reason when aborted
 */
export async function measureQuality(job: QualityJob, deps: TranscoderDeps): Promise<ReadonlyMap<string, number>> {
  if (deps.quality === 'none') return new Map();
  const { scratch, signal, log } = job.context;
  const folder = join(scratch, 'quality');
  try {
    await mkdir(folder, { recursive: true });
    return await measure(job, deps, folder);
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ err: error }, 'the quality could not be measured');
    return new Map();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(job: QualityJob, deps: TranscoderDeps, folder: string): Promise<Map<string, number>> {
  const rate = rateOfPlan(job.plan);
  const encoded = job.tracks.filter(({ spec }) => spec.kind === 'video' && spec.rendition.mode === 'encode');
  const [first] = encoded;
  if (first === undefined) return new Map();
  const sample = sampleOf(first, rate);
  const measured = encoded.flatMap((track) => measuredOf(track, sample));
  const bytes = measured.reduce((sum, one) => sum + one.bytes, 0);
  return withRoom(deps.scratch, bytes, () => compare(job, deps, { folder, measured, sample }));
}

function measuredOf({ spec, head, segments }: WrittenTrack, sample: Sample): Measured[] {
  if (spec.kind !== 'video') return [];
  const chosen = sample.segments.flatMap((index) => segments[index] ?? []);
  const bytes = chosen.reduce((sum, segment) => sum + segment.bytes, head.init.bytes);
  return [{ rendition: spec.rendition, keys: [head.init.key, ...chosen.map(({ key }) => key)], bytes }];
}

async function compare(
  job: QualityJob,
  deps: TranscoderDeps,
  about: { folder: string; measured: readonly Measured[]; sample: Sample },
): Promise<Map<string, number>> {
  const { folder, measured, sample } = about;
  const { signal, log } = job.context;
  const started = deps.now().getTime();
  await job.fetchSource?.();
  const logs = new Map<string, string>();
  const inputs = [];
  for (const { rendition, keys } of measured) {
    const path = join(folder, `${rendition.id}.mp4`);
    await gatherObjects(deps.storage, deps.mediaBucket, keys, path, signal);
    inputs.push({ path });
    logs.set(rendition.id, join(folder, `${rendition.id}.json`));
  }
  const renditions = measured.map(({ rendition }) => rendition);
  const { filter, outputs } = qualityArguments(job.source, renditions, rateOfPlan(job.plan), sample, {
    logs,
    threads: availableParallelism(),
  });
  const timeoutSeconds = Math.max(SHORTEST_TIMEOUT, job.source.durationSeconds * TIMEOUT_FACTOR);
  await runFfmpeg({
    ffmpegPath: deps.tools.ffmpegPath,
    inputs: [{ path: job.path, options: inputOptions(job.source) }, ...inputs],
    filter,
    outputs: outputs.map((options) => ({ url: '-', options })),
    signal,
    timeoutSeconds,
    // Nothing is printed while the source is decoded up to the first picture of the sample.
    stallSeconds: timeoutSeconds,
  });
  const scores = new Map<string, number>();
  for (const [id, path] of logs) scores.set(id, meanIn(await readFile(path, 'utf8'), sample));
  const seconds = (deps.now().getTime() - started) / 1000;
  log.info(
    { scores: Object.fromEntries(scores), pictures: sample.pictures, step: sample.step, seconds },
    'quality measured',
  );
  return scores;
}
