import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { ClaimTrack } from '@rushes/shared/claims';
import type { InspectedData, TranscodedData, VideoEvent } from '@rushes/shared/events';
import { type Profile, parseProfiles } from '@rushes/shared/profiles';
import { createLogger } from '@rushes/shared/service';
import type { StageContext, Step } from '@rushes/shared/stage';
import {
  allSegments,
  type Segment,
  type SegmentAnnouncement,
  type Track,
  trackPageSchema,
  trackSchema,
} from '@rushes/shared/tracks';
import type { Video } from '@rushes/shared/video';
import type { TranscoderDeps } from '../../services/transcoder/src/ports.ts';
import { transcode } from '../../services/transcoder/src/work.ts';
import { toolPath } from '../packager/tools.ts';

const execute = promisify(execFile);

export const tools = () => ({ ffmpegPath: toolPath('FFMPEG_PATH'), ffprobePath: toolPath('FFPROBE_PATH') });

/** A folder of its own, and how to remove it. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'rushes-media-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Runs ffmpeg as a test does that makes footage: without whitelists. Answers what it printed. */
export async function ffmpeg(...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await execute(tools().ffmpegPath, ['-hide_banner', '-nostdin', '-y', ...args]);
  return stdout + stderr;
}

export const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
export const picture = (size: string, rate: string) => ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}`];
export const tone = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100'];

/** Makes a clip in a folder by ffmpeg's own arguments; its path. */
export async function clipIn(folder: string, name: string, args: readonly string[]): Promise<string> {
  const path = join(folder, name);
  await ffmpeg('-loglevel', 'error', ...args, path);
  return path;
}

/** What ffprobe says of a file's only stream, frames counted by decoding. @throws Error when it does not decode clean */
export async function decoded(
  path: string,
): Promise<{ frames: number; seconds: number; stream: Record<string, unknown> }> {
  const { stdout } = await execute(tools().ffprobePath, ['-v', 'error', '-show_streams', '-of', 'json', path]);
  const [stream] = JSON.parse(stdout).streams;
  return { frames: await framesIn(path, stream.codec_type), seconds: Number(stream.duration), stream };
}

/** Counted by decoding with ffmpeg: not every ffprobe has a decoder for AV1. */
async function framesIn(path: string, type: string): Promise<number> {
  if (type === 'audio') {
    const args = ['-v', 'error', '-count_frames', '-show_streams', '-of', 'json', path];
    const { stdout, stderr } = await execute(tools().ffprobePath, args);
    if (stderr !== '') throw new Error(`${path} does not decode clean: ${stderr}`);
    return Number(JSON.parse(stdout).streams[0].nb_read_frames);
  }
  const args = ['-v', 'error', '-nostdin', '-i', path, '-f', 'null', '-progress', 'pipe:1', '-'];
  const { stdout, stderr } = await execute(tools().ffmpegPath, args);
  if (stderr !== '') throw new Error(`${path} does not decode clean: ${stderr}`);
  return Number([...stdout.matchAll(/^frame=(\d+)$/gm)].at(-1)?.[1]);
}

export interface Stored {
  body: Buffer;
  contentType: string;
  cacheControl: string | undefined;
}

/** A bucket in memory, with room for one source. `onPut` may delay or refuse a write. */
export function bucketOf(source: string, onPut: (key: string, count: number) => Promise<void> | void = () => {}) {
  const objects = new Map<string, Stored>();
  const order: string[] = [];
  const storage: TranscoderDeps['storage'] = {
    async download(_bucket, _key, path, options) {
      if (options?.ifMatch !== 'etag') throw new Error(`downloaded without the etag: ${options?.ifMatch}`);
      await copyFile(source, path);
      return { size: 1, etag: 'etag' };
    },
    async put(_bucket, key, body, options) {
      await onPut(key, order.length);
      order.push(key);
      objects.set(key, {
        body: Buffer.from(body),
        contentType: options.contentType,
        cacheControl: options.cacheControl,
      });
      return { kind: 'stored', etag: `${order.length}` };
    },
    async putFile(bucket, key, path, options) {
      const { kind } = await storage.put(bucket, key, await readFile(path), options);
      if (kind !== 'stored') throw new Error(`${key} was refused`);
      return { etag: 'etag' };
    },
    async readStream(_bucket, key) {
      const found = objects.get(key);
      return found === undefined ? null : Readable.from([found.body]);
    },
    async read(_bucket, key) {
      const found = objects.get(key);
      return found === undefined ? null : { body: found.body, etag: 'etag' };
    },
  };
  return { storage, objects, order };
}

export const VIDEO_ID = '0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e';
export const FOLDER = `videos/${VIDEO_ID}/g1`;

export interface Run {
  inspected: InspectedData | undefined;
  /** Of the tier `first`. */
  beginning: TranscodedData | undefined;
  transcoded: TranscodedData | undefined;
  announced: SegmentAnnouncement[];
  records: (readonly ClaimTrack[])[];
  percents: number[];
  steps: string[];
}

export interface WorkOptions {
  signal?: AbortSignal;
  /** Default: `fast`. */
  profile?: Profile;
  /** Default: `standard`. */
  job?: 'standard' | 'extended';
  inspected?: InspectedData | undefined;
  /** What a tier before has appended. */
  transcoded?: TranscodedData | undefined;
  record?: StageContext['record'];
  scratch?: string;
  attempt?: number;
  /** What earlier attempts wrote into the claim. */
  tracks?: readonly ClaimTrack[];
  shouldYield?: StageContext['shouldYield'];
  onStep?: (step: Step) => void;
  /** Stands for the log where `transcoded` of tier `first` is appended: what it throws is the answer. */
  onBeginning?: (data: TranscodedData) => void | Promise<void>;
  /** Filled as the work goes on, so that something is known of work that fails too. */
  run?: Run;
  now?: () => Date;
  ffmpegPath?: string;
  /** Default: `none`. */
  quality?: TranscoderDeps['quality'];
  /** Room in scratch beside the source; default: all that is asked for. */
  reserve?: TranscoderDeps['scratch']['reserve'];
  /** Shares the video with other workers. */
  pieces?: TranscoderDeps['pieces'];
}

export const newRun = (): Run => ({
  inspected: undefined,
  beginning: undefined,
  transcoded: undefined,
  announced: [],
  records: [],
  percents: [],
  steps: [],
});

/** A built-in profile. */
export function profileNamed(name: string): Profile {
  const found = parseProfiles().get(name);
  if (found === undefined) throw new Error(`no profile ${name}`);
  return found;
}

/** Does the stage's work as the worker loop would, on a local file and a bucket in memory. */
export async function work(bucket: ReturnType<typeof bucketOf>, options: WorkOptions = {}): Promise<Run> {
  const scratch = await temporaryFolder();
  const run = options.run ?? newRun();
  const profile = options.profile ?? profileNamed('fast');
  const stored = { bucket: 'uploads', key: `uploads/${VIDEO_ID}/source`, size: 1000, etag: 'etag' };
  const video = {
    id: VIDEO_ID,
    visibility: 'public',
    current: {
      number: 1,
      profile: profile.name,
      stored,
      inspected: options.inspected ?? null,
      transcoded: options.transcoded ?? null,
    },
  } as unknown as Video;
  const transcoded = async (data: TranscodedData) => {
    if (data.tier !== 'first') {
      run.transcoded = data;
      return;
    }
    await options.onBeginning?.(data);
    run.beginning = data;
  };
  const context: StageContext = {
    job: options.job ?? 'standard',
    event: {} as VideoEvent,
    video,
    generation: 1,
    attempt: options.attempt ?? 1,
    tracks: options.tracks ?? [],
    scratch: options.scratch ?? scratch.path,
    signal: options.signal ?? new AbortController().signal,
    log: createLogger('transcoder', 'silent'),
    progress: (percent) => run.percents.push(percent),
    record:
      options.record ??
      (async (tracks) => {
        run.records.push(tracks);
      }),
    shouldYield: options.shouldYield ?? (async () => false),
    step: async (step) => {
      run.steps.push(step);
      options.onStep?.(step);
    },
    append: async (verb, data) => {
      run.steps.push(verb);
      if (verb === 'inspected') run.inspected = data as InspectedData;
      if (verb === 'transcoded') await transcoded(data as TranscodedData);
      return video;
    },
  };
  try {
    await transcode(context, {
      storage: bucket.storage,
      mediaBucket: 'media',
      tools: { ...tools(), ...(options.ffmpegPath === undefined ? {} : { ffmpegPath: options.ffmpegPath }) },
      profiles: new Map([[profile.name, profile]]),
      announce: async (_videoId, announcement) => {
        run.announced.push(announcement);
      },
      quality: options.quality ?? 'none',
      scratch: { reserve: options.reserve ?? (async () => ({ kind: 'reserved', release: () => undefined })) },
      now: options.now ?? (() => new Date()),
      pieces: options.pieces,
    });
    return run;
  } finally {
    await scratch.remove();
  }
}

/** Facts and segments of a track, as a reader finds them in the bucket. */
export function trackIn(
  objects: Map<string, Stored>,
  key: string,
): { track: Track; segments: Segment[]; bytes: Buffer } {
  const body = (name: string) => {
    const found = objects.get(name);
    if (found === undefined) throw new Error(`${name} is not in the bucket`);
    return found.body;
  };
  const track = trackSchema.parse(JSON.parse(body(key).toString()));
  const pages = track.pages.map((page) => trackPageSchema.parse(JSON.parse(body(page).toString())));
  const segments = allSegments(track, pages);
  return {
    track,
    segments,
    bytes: Buffer.concat([track.init.key, ...segments.map((segment) => segment.key)].map(body)),
  };
}
