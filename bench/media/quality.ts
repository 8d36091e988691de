import { readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { measured } from './command.ts';

/** VMAF (0…100) over the pictures that were looked at: the mean, and what 99 % of them reach. */
export interface Vmaf {
  mean: number;
  low: number;
}

export interface QualityOptions {
  ffmpeg: string;
  /** Folder for the tool's logs. */
  folder: string;
  /** Every so many pictures one is looked at. */
  every: number;
}

/** A rendition's file and its size in pixels. */
export interface Compared {
  path: string;
  width: number;
  height: number;
}

/**
 * Holds renditions against their source, which is decoded once and scaled to the size of each. Pictures are paired by their
 * number, so all must have the same constant rate.
 * @returns in the order of the renditions
 */
export async function vmafOf(
  source: string,
  renditions: readonly Compared[],
  { ffmpeg, folder, every }: QualityOptions,
): Promise<Vmaf[]> {
  const logs = renditions.map((_, index) => `vmaf-${index}.json`);
  const graph = [
    `[0:v:0]${NUMBERED},split=${renditions.length}${renditions.map((_, index) => `[source${index}]`).join('')}`,
    ...renditions.flatMap(({ width, height }, index) => [
      `[${index + 1}:v:0]${NUMBERED},format=yuv420p[seen${index}]`,
      `[source${index}]scale=${width}:${height}:flags=bicubic,format=yuv420p[meant${index}]`,
      `[seen${index}][meant${index}]libvmaf=log_fmt=json:log_path=${logs[index]}:n_subsample=${every}:n_threads=${THREADS}[out${index}]`,
    ]),
  ].join(';');
  const inputs = [source, ...renditions.map(({ path }) => path)].flatMap((path) => ['-i', path]);
  const sinks = renditions.flatMap((_, index) => ['-map', `[out${index}]`, '-f', 'null', '-']);
  const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin'];
  await measured(ffmpeg, [...quiet, ...inputs, '-filter_complex', graph, ...sinks], folder);
  return Promise.all(logs.map((log) => readLog(join(folder, log))));
}

const NUMBERED = 'settb=1/30,setpts=N';
const THREADS = availableParallelism();

async function readLog(path: string): Promise<Vmaf> {
  const { frames } = JSON.parse(await readFile(path, 'utf8')) as VmafLog;
  await rm(path);
  return summary(frames.map(({ metrics }) => metrics.vmaf));
}

interface VmafLog {
  frames: { metrics: { vmaf: number } }[];
}

/** Mean and first percentile (nearest rank). */
export function summary(scores: readonly number[]): Vmaf {
  const rising = scores.toSorted((a, b) => a - b);
  const low = rising[Math.max(0, Math.ceil(rising.length / 100) - 1)];
  if (low === undefined) throw new Error('no picture was compared');
  return { mean: scores.reduce((total, score) => total + score, 0) / scores.length, low };
}
