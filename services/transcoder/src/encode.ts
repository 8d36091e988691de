import type { ClaimTrack } from '@rushes/shared/claims';
import { Failure } from '@rushes/shared/errors';
import type { Plan, Source } from '@rushes/shared/events';
import { runFfmpeg } from '@rushes/shared/media';
import { segmentsFolder } from '@rushes/shared/tracks';
import { encodeArguments, rateOfPlan } from './core/arguments.ts';
import { type AudioSegmenter, createAudioSegmenter } from './core/audio.ts';
import type { TrackSpec } from './core/facts.ts';
import { GOPS_PER_SEGMENT } from './core/plan.ts';
import { frameTicks, timescaleOf } from './core/rate.ts';
import { createVideoSegmenter, type MediaSegment, type Segmenter } from './core/segment.ts';
import type { TranscoderDeps } from './ports.ts';
import { createRecorder } from './recorder.ts';
import { BrokenStream, type Inlet, openInlet, socketFolder } from './sockets.ts';
import { createTrackWriter, type TrackWriter, type WrittenTrack } from './track-writer.ts';

export interface EncodeJob {
  /** Local copy of the source. */
  path: string;
  source: Source;
  plan: Plan;
  /** Key of the generation's media folder. */
  mediaFolder: string;
  attempt: number;
  scratch: string;
  signal: AbortSignal;
  /** Seconds of media encoded so far. */
  onProgress(seconds: number): void;
  /** Writes down how far the tracks are; throws when the claim is lost. */
  record(tracks: readonly ClaimTrack[]): Promise<void>;
}

/** An encode may take so many times the video's length, and at least ten minutes, before it is stopped. Seconds. */
const TIMEOUT_FACTOR = 100;
const SHORTEST_TIMEOUT = 600;

/** Less than this share of the announced length means that the file breaks off. */
const BROKEN_OFF = 0.5;

interface Lane {
  spec: TrackSpec;
  writer: TrackWriter;
  inlet: Inlet;
}

/**
 * Encodes all tracks of a plan in one ffmpeg process and stores each segment at its final place as soon as it is whole.
 * Nothing of the result lies in scratch. Whatever fails stops everything.
 * @returns the tracks in the plan's order and the video's exact length in seconds
 */
export async function encode(
  job: EncodeJob,
  deps: TranscoderDeps,
): Promise<{ tracks: WrittenTrack[]; durationSeconds: number }> {
  const failed = new AbortController();
  const signal = AbortSignal.any([job.signal, failed.signal]);
  const sockets = await socketFolder(job.scratch);
  const recorder = createRecorder(job.record);
  const lanes: Lane[] = [];
  try {
    for (const [index, spec] of specsOf(job.plan).entries()) {
      const folder = segmentsFolder(job.mediaFolder, spec.id, job.attempt);
      const target = { storage: deps.storage, bucket: deps.mediaBucket, folder, signal, onStored: recorder.put };
      const inlet = await openInlet(sockets.path, `${index}.sock`);
      lanes.push({ spec, inlet, writer: createTrackWriter(spec, target) });
    }
    const onAbort = () => closeAll(lanes);
    signal.addEventListener('abort', onAbort, { once: true });
    const stop = (error: unknown) => {
      if (!signal.aborted) failed.abort(error);
      throw error;
    };
    const ffmpeg = startFfmpeg(job, deps, lanes, signal);
    const readers = readLanes(lanes, job.plan, ffmpeg);
    // Every part is waited for, so that nothing runs on after a failure; the first cause is the one that is told.
    const parts = await Promise.allSettled([ffmpeg, ...readers].map((part) => part.catch(stop)));
    if (signal.aborted) throw signal.reason;
    const broken = parts.find((part) => part.status === 'rejected');
    if (broken !== undefined) throw broken.reason;
    return await finish(job, lanes);
  } finally {
    closeAll(lanes);
    await sockets.remove();
  }
}

function specsOf(plan: Plan): TrackSpec[] {
  const rate = rateOfPlan(plan);
  const { segmentSeconds } = plan;
  return [
    ...plan.renditions.map(
      (rendition): TrackSpec => ({ kind: 'video', id: rendition.id, rendition, rate, segmentSeconds }),
    ),
    ...plan.audio.map((audio): TrackSpec => ({ kind: 'audio', id: audio.id, audio, segmentSeconds })),
  ];
}

function closeAll(lanes: readonly Lane[]): void {
  for (const lane of lanes) lane.inlet.close();
}

async function startFfmpeg(
  job: EncodeJob,
  deps: TranscoderDeps,
  lanes: readonly Lane[],
  signal: AbortSignal,
): Promise<void> {
  const { input, filter, outputs } = encodeArguments(job.source, job.plan);
  const urls = new Map(lanes.map((lane) => [lane.spec.id, lane.inlet.url]));
  await runFfmpeg({
    ffmpegPath: deps.tools.ffmpegPath,
    inputs: [{ path: job.path, options: input }],
    filter,
    outputs: outputs.map(({ track, options }) => ({ url: urls.get(track) ?? '', options })),
    signal,
    timeoutSeconds: Math.max(SHORTEST_TIMEOUT, job.source.durationSeconds * TIMEOUT_FACTOR),
    onProgress: (progress) => job.onProgress(progress.seconds),
    isHeld: () => lanes.some((lane) => lane.writer.isHeld()),
  });
  // An output that was never opened would leave its reader waiting.
  for (const lane of lanes) if (!lane.inlet.isConnected()) lane.inlet.close();
}

/** Starts a reader for each track. The first video tells the sound how far it may go. */
function readLanes(lanes: readonly Lane[], plan: Plan, ffmpeg: Promise<void>): Promise<void>[] {
  const rate = rateOfPlan(plan);
  const gopTicks = plan.gopFrames * frameTicks(rate);
  const segmentLength = { num: GOPS_PER_SEGMENT * gopTicks, den: timescaleOf(rate) };
  const sounds = lanes
    .filter((lane) => lane.spec.kind === 'audio')
    .map((lane) => ({ lane, segmenter: createAudioSegmenter(segmentLength) }));
  const videos = lanes.filter((lane) => lane.spec.kind === 'video');
  const follow = async (step: (segmenter: AudioSegmenter) => ReturnType<AudioSegmenter['end']>) => {
    for (const { lane, segmenter } of sounds) for (const item of step(segmenter)) await lane.writer.add(item);
  };
  return [
    ...videos.map((lane, index) => {
      const segmenter = createVideoSegmenter(GOPS_PER_SEGMENT, gopTicks);
      const leads = index === 0;
      let last: MediaSegment | undefined;
      return readLane(lane, segmenter, ffmpeg, {
        onSegment: async (segment, isLast) => {
          last = segment;
          if (leads && !isLast) await follow((sound) => sound.videoPassed(segment.number));
        },
        onEnd: async () => {
          if (!leads || last === undefined) return;
          const { number, start, duration } = last;
          await follow((sound) => sound.videoEnded(number, { num: start + duration, den: timescaleOf(rate) }));
        },
      });
    }),
    ...sounds.map(({ lane, segmenter }) => readLane(lane, segmenter, ffmpeg, {})),
  ];
}

interface Follower {
  onSegment?: (segment: MediaSegment, isLast: boolean) => Promise<void>;
  onEnd?: () => Promise<void>;
}

async function readLane(
  lane: Lane,
  segmenter: Pick<Segmenter, 'push' | 'end'>,
  ffmpeg: Promise<void>,
  follower: Follower,
): Promise<void> {
  const store = async (items: ReturnType<Segmenter['push']>, isLast: boolean) => {
    for (const item of items) {
      await lane.writer.add(item);
      if (item.kind === 'segment') await follower.onSegment?.(item.segment, isLast);
    }
  };
  await lane.inlet
    .read(async (piece) => store(segmenter.push(piece), false))
    .catch(async (error: unknown) => {
      if (error instanceof BrokenStream) await ffmpeg;
      throw error;
    });
  // A stream that breaks off is the consequence of ffmpeg's end: its cause is to be told, not the torn box.
  await ffmpeg;
  await store(segmenter.end(), true);
  await follower.onEnd?.();
}

async function finish(
  job: EncodeJob,
  lanes: readonly Lane[],
): Promise<{ tracks: WrittenTrack[]; durationSeconds: number }> {
  const tracks = await Promise.all(lanes.map((lane) => lane.writer.finish()));
  const video = tracks.find((track) => track.spec.kind === 'video');
  const last = video?.segments.at(-1);
  if (video === undefined || last === undefined) throw new Failure('corrupt', { detail: 'no picture was decoded' });
  const durationSeconds = Number(((last.start + last.duration) / video.init.timescale).toFixed(6));
  if (durationSeconds < job.source.durationSeconds * BROKEN_OFF - 1) {
    throw new Failure('corrupt', {
      detail: `${durationSeconds} s could be decoded of the ${job.source.durationSeconds} s that the file announces`,
    });
  }
  return { tracks, durationSeconds };
}
