import type { ClaimTrack } from '@rushes/shared/claims';
import { Failure } from '@rushes/shared/errors';
import type { Plan, Source } from '@rushes/shared/events';
import { type Damage, runFfmpeg } from '@rushes/shared/media';
import { segmentsFolder } from '@rushes/shared/tracks';
import { argumentsFor } from './arguments.ts';
import { isClocked } from './core/clock.ts';
import { framesBefore, type Grid, specsOf } from './core/grid.ts';
import { fps } from './core/rate.ts';
import type { WrittenTrack } from './core/results.ts';
import { CannotGoOn, type Continuation } from './core/resume.ts';
import { type Lane, readLanes, type VideoEnd } from './lanes.ts';
import type { TranscoderDeps } from './ports.ts';
import { createRecorder } from './recorder.ts';
import { openSkip, type Skip } from './skip.ts';
import { openInlet, socketFolder } from './sockets.ts';
import { createTrackWriter } from './track-writer.ts';

export interface EncodeJob {
  /** Local copy of the source. */
  path: string;
  source: Source;
  plan: Plan;
  grid: Grid;
  /** Key of the generation's media folder. */
  mediaFolder: string;
  /** Names the folder of everything that is written: of the attempt, or of an attempt at a piece. */
  attempt: number | string;
  /** Stands behind the attempt's number in the name of its folder, where it writes for a second time. */
  folderSuffix?: string;
  /** What earlier attempts have stored; null: nothing that is of use. */
  earlier: Continuation | null;
  /** Segments behind which the pictures end though the video goes on; absent: everything is made to the end. */
  until?: number | undefined;
  /** Told where the video ends, for sound that is made without pictures: `until` is then how far it may reach at most. */
  ended?: Promise<VideoEnd> | undefined;
  scratch: string;
  signal: AbortSignal;
  /** Seconds of media encoded so far, those of earlier attempts included. */
  onProgress(seconds: number): void;
  /** Told what of the source could not be decoded; not called when nothing was. */
  onDamage(damage: Damage): void;
  /** Writes down how far the tracks are; throws when the claim is lost. */
  record(tracks: readonly ClaimTrack[]): Promise<void>;
  /** Told after a segment of video is stored and written down. */
  onPart(): Promise<void>;
}

export interface EncodeResult {
  /** In the plan's order. */
  tracks: WrittenTrack[];
  /** The exact length of what is there of the video. */
  durationSeconds: number;
  /** Whether the video ends there; false where `until` has cut it. */
  isEnd: boolean;
  /** Of all attempts together. */
  encodeSeconds: number;
}

/** An encode may take so many times the video's length, and at least ten minutes, before it is stopped. Seconds. */
const TIMEOUT_FACTOR = 100;
const SHORTEST_TIMEOUT = 600;

/** Of what is less than this share of the announced length nobody could tell what the video was about. */
const LEAST_SHARE = 0.1;

/**
 * Encodes all tracks of a plan in one ffmpeg process and stores each segment at its final place as soon as it is whole; of an
 * earlier attempt's segments only the rest is encoded, or nothing. Nothing of the result lies in scratch. Whatever fails stops
 * everything.
 * @throws CannotGoOn when what comes out does not continue what is there
 */
export async function encode(job: EncodeJob, deps: TranscoderDeps): Promise<EncodeResult> {
  const failed = new AbortController();
  const signal = AbortSignal.any([job.signal, failed.signal]);
  const sockets = await socketFolder(job.scratch);
  const started = deps.now().getTime();
  const encodeSeconds = () =>
    Number(((job.earlier?.encodeSeconds ?? 0) + (deps.now().getTime() - started) / 1000).toFixed(3));
  const lanes: Lane[] = [];
  try {
    await openLanes(lanes, job, deps, { folder: sockets.path, signal, encodeSeconds });
    if (!isDone(job)) await run(job, deps, lanes, { folder: sockets.path, signal, failed });
    return { ...(await finish(job, lanes)), encodeSeconds: encodeSeconds() };
  } finally {
    closeAll(lanes);
    await Promise.all(lanes.map((lane) => lane.writer.settled()));
    await sockets.remove();
  }
}

async function openLanes(
  lanes: Lane[],
  job: EncodeJob,
  deps: TranscoderDeps,
  about: { folder: string; signal: AbortSignal; encodeSeconds: () => number },
): Promise<void> {
  const { signal, encodeSeconds } = about;
  const recorder = createRecorder(job.record);
  for (const [index, spec] of specsOf(job.plan).entries()) {
    const kept = job.earlier?.tracks.get(spec.id);
    const writer = createTrackWriter(spec, {
      storage: deps.storage,
      bucket: deps.mediaBucket,
      folder: `${segmentsFolder(job.mediaFolder, spec.id, job.attempt)}${job.folderSuffix ?? ''}`,
      signal,
      kept,
      encodeSeconds,
      onStored: (track) => recorder.put(track),
      onSegment: spec.kind === 'video' ? job.onPart : () => Promise.resolve(),
    });
    lanes.push({ spec, kept, writer, inlet: await openInlet(about.folder, `${index}.sock`) });
  }
  // All of them at once: a claim that named some tracks only would lose the others' segments.
  const kept = lanes.filter((lane) => lane.kept !== undefined);
  if (kept.length > 0) await recorder.put(...(await Promise.all(kept.map((lane) => lane.writer.takeOver()))));
}

function isDone({ earlier, until }: EncodeJob): boolean {
  return earlier !== null && (earlier.complete || earlier.segments >= (until ?? Number.POSITIVE_INFINITY));
}

/** Segments before the first of which pictures are made. */
function skippedSegments({ earlier, plan }: EncodeJob): number {
  return plan.renditions.length === 0 ? 0 : (earlier?.segments ?? 0);
}

async function run(
  job: EncodeJob,
  deps: TranscoderDeps,
  lanes: readonly Lane[],
  about: { folder: string; signal: AbortSignal; failed: AbortController },
): Promise<void> {
  const { signal, failed } = about;
  const skip = skippedSegments(job) === 0 ? null : await openSkip(about.folder);
  const close = () => {
    closeAll(lanes);
    skip?.inlet.close();
  };
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) close();
  const stop = (error: unknown) => {
    if (!signal.aborted) failed.abort(error);
    throw error;
  };
  const ffmpeg = startFfmpeg(job, deps, lanes, skip, signal).finally(() => skip?.inlet.close());
  const { until, ended } = job;
  const readers = readLanes(lanes, job.grid, { before: job.earlier?.segments ?? 0, until, ended }, ffmpeg);
  // Every part is waited for, so that nothing runs on after a failure; the first cause is the one that is told.
  const parts = await Promise.allSettled(
    [ffmpeg, ...readers, ...(skip === null ? [] : [skip.read(ffmpeg)])].map((part) => part.catch(stop)),
  );
  if (signal.aborted) throw signal.reason;
  const broken = parts.find((part) => part.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
}

function closeAll(lanes: readonly Lane[]): void {
  for (const lane of lanes) lane.inlet.close();
}

async function startFfmpeg(
  job: EncodeJob,
  deps: TranscoderDeps,
  lanes: readonly Lane[],
  skip: Skip | null,
  signal: AbortSignal,
): Promise<void> {
  const { grid } = job;
  const skipFrames = framesBefore(grid, skippedSegments(job));
  const end = job.until === undefined ? undefined : framesBefore(grid, job.until);
  const { input, filter, outputs } = await argumentsFor(job, { start: skipFrames, end });
  const urls = new Map<string | null, string>(lanes.map((lane) => [lane.spec.id, lane.inlet.url]));
  if (skip !== null) urls.set(null, skip.inlet.url);
  let encoded = 0;
  await runFfmpeg({
    ffmpegPath: deps.tools.ffmpegPath,
    inputs: [{ path: job.path, options: input }],
    filter,
    outputs: outputs.map(({ track, options }) => ({ url: urls.get(track) ?? '', options })),
    signal,
    stallSeconds: deps.tools.stallSeconds,
    timeoutSeconds: Math.max(SHORTEST_TIMEOUT, job.source.durationSeconds * TIMEOUT_FACTOR),
    onProgress: ({ frames }) => {
      encoded = frames;
      job.onProgress((skipFrames + frames) / fps(grid.rate));
    },
    onDamage: (damage) => job.onDamage(damage),
    isHeld: () => skip?.hasMoved() === true || lanes.some((lane) => lane.writer.isHeld()),
  }).catch((error: unknown) => {
    throw skipFrames > 0 && encoded === 0 && endedInVain(error)
      ? new CannotGoOn('nothing could be decoded behind what is stored', 0, error)
      : error;
  });
  // An output that was never opened would leave its reader waiting.
  for (const lane of lanes) if (!lane.inlet.isConnected()) lane.inlet.close();
}

/** ffmpeg's word for an encoder that got no picture is an ordinary error, in which a damaged source looks the same. */
function endedInVain(error: unknown): boolean {
  return error instanceof Failure && (error.code === 'tool_failed' || error.code === 'corrupt');
}

async function finish(job: EncodeJob, lanes: readonly Lane[]): Promise<Omit<EncodeResult, 'encodeSeconds'>> {
  await Promise.all(lanes.map((lane) => lane.writer.settled()));
  const isEnd = job.until === undefined || job.ended !== undefined || lanes.some((lane) => lane.writer.isClosed());
  const tracks = await Promise.all(lanes.map((lane) => lane.writer.finish(isEnd)));
  if (job.ended !== undefined) return { tracks, durationSeconds: 0, isEnd };
  const durationSeconds = lengthOf(tracks);
  if (job.until === undefined) refuseBrokenOff(durationSeconds, job.source);
  return { tracks, durationSeconds, isEnd };
}

/** Seconds of pictures. @throws Failure `corrupt` where there are none */
export function lengthOf(tracks: readonly WrittenTrack[]): number {
  const video = tracks.find((track) => track.spec.kind === 'video');
  const last = video?.segments.at(-1);
  if (video === undefined || last === undefined) throw new Failure('corrupt', { detail: 'no picture was decoded' });
  return Number(((last.start + last.duration) / video.head.timescale).toFixed(6));
}

/** @throws Failure `corrupt` where so little of a file could be decoded that nobody could tell what it was about */
export function refuseBrokenOff(durationSeconds: number, source: Source): void {
  if (isClocked(source) || durationSeconds >= source.durationSeconds * LEAST_SHARE - 1) return;
  throw new Failure('corrupt', {
    detail: `${durationSeconds} s could be decoded of the ${source.durationSeconds} s that the file announces`,
  });
}
