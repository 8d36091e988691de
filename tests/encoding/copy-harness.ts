import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InspectedData } from '@rushes/shared/events';
import { parseProfiles } from '@rushes/shared/profiles';
import { createLogger } from '@rushes/shared/service';
import type { StageContext } from '@rushes/shared/stage';
import type { Video } from '@rushes/shared/video';
import { expect } from 'vitest';
import { checkPackage } from '../../services/packager/src/core/check.ts';
import { composePackage } from '../../services/packager/src/core/compose.ts';
import type { PackageFacts } from '../../services/packager/src/core/facts.ts';
import { inspectSource } from '../../services/transcoder/src/inspection.ts';
import { createSurveyor } from '../../services/transcoder/src/passthrough.ts';
import {
  decoded,
  FOLDER,
  ffmpeg,
  profileNamed,
  type Run,
  temporaryFolder,
  tone,
  tools,
  trackIn,
} from '../media/harness.ts';
import { type Bucket, resultOf } from './resume-harness.ts';

/** Marked, since players would take an unmarked picture of this size for BT.601. */
export const BT709 = ['-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709', '-color_range', 'tv'];

/** 13.3 s of pictures that differ from one another, with sound. Few a second, so that tests are quick. */
export const RATE = 10;
export const FRAMES = 133;
export const footage = (rate: string | number = RATE, frames = FRAMES, size = '640x360') => [
  ...['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}`, ...tone],
  ...['-frames:v', `${frames}`, '-t', '13.334', '-pix_fmt', 'yuv420p', ...BT709],
];

/** Closed GOPs, B-frames, a bit rate of a video for the web. */
export const x264 = (gop: string[], more: string[] = []) => [
  ...['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '3', '-b:v', '400k', '-maxrate', '600k', '-bufsize', '800k'],
  ...['-sc_threshold', '0', ...gop, ...more],
];
/** GOPs of two seconds. */
export const REGULAR = ['-g', `${2 * RATE}`, '-keyint_min', `${2 * RATE}`];
/** Numbers of the pictures with which irregular GOPs begin. */
export const IRREGULAR = [0, 13, 30, 41, 62, 63, 80, 99, 117, 131];
export const irregular = ['-g', '999', '-force_key_frames', IRREGULAR.map((frame) => (frame - 0.5) / RATE).join(',')];

const parsed = parseProfiles({
  small: { codecs: ['h264'], rungs: [360, 240] },
  all: { codecs: ['h264', 'hevc', 'vp9', 'av1'], rungs: [480, 240] },
});
export const [small, all] = ['small', 'all'].map((name) => parsed.get(name) ?? profileNamed(name)) as [
  ReturnType<typeof profileNamed>,
  ReturnType<typeof profileNamed>,
];

/** What the transcoder makes of a source, without making it. */
export async function inspectedOf(path: string, profile = small): Promise<InspectedData> {
  const scratch = await temporaryFolder();
  const context = {
    video: { current: { number: 1, profile: profile.name, stored: { size: 1_000_000 } } } as unknown as Video,
    signal: new AbortController().signal,
    scratch: scratch.path,
    log: createLogger('transcoder', 'silent'),
    append: async () => undefined,
  } as unknown as StageContext;
  const deps = { tools: tools(), profiles: new Map([[profile.name, profile]]) };
  try {
    return await inspectSource(context, deps as never, path, createSurveyor(context, deps, path));
  } finally {
    await scratch.remove();
  }
}

/** Numbers of the pictures with which a track's GOPs, and its segments, begin. */
export function startsOf(bucket: Bucket, key: string, rate = RATE) {
  const { track, segments } = trackIn(bucket.objects, key);
  const frame = (time: number) => Number(((time * rate) / track.timescale).toFixed(3));
  return {
    gops: segments.flatMap(({ keyframes }) => keyframes.map(({ time }) => frame(time))),
    segments: segments.map(({ start }) => frame(start)),
  };
}

/** A hash of every decoded picture. */
export async function pictures(path: string): Promise<string[]> {
  const printed = await ffmpeg('-v', 'error', '-i', path, '-map', '0:V:0', '-f', 'framemd5', '-');
  return linesOf(printed).map((line) => line.split(',').at(-1)?.trim() ?? '');
}

/** Time, duration and a hash of each picture as it is stored, without what stands beside its slices. */
export async function packets(path: string): Promise<string[]> {
  const slices = ['-bsf:v', 'filter_units=pass_types=1|5', '-f', 'framemd5', '-'];
  return linesOf(await ffmpeg('-v', 'error', '-i', path, '-map', '0:V:0', '-c', 'copy', ...slices)).map((line) => {
    const [, , , , bytes, hash] = line.split(',').map((field) => field.trim());
    return `${bytes} ${hash}`;
  });
}

const linesOf = (printed: string) => printed.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

/** Writes each rendition as one file and decodes it; paths in the order of the result. */
export async function joined(folder: string, bucket: Bucket, run: Run, frames = FRAMES): Promise<string[]> {
  const paths: string[] = [];
  for (const { id, track } of resultOf(run).renditions) {
    const path = join(folder, `${id}.joined.mp4`);
    await writeFile(path, trackIn(bucket.objects, track).bytes);
    const seen = await decoded(path);
    expect(seen.frames, id).toBe(frames);
    expect(Number(seen.stream.start_time), id).toBe(0);
    paths.push(path);
  }
  return paths;
}

/** The packager's own check of what was made: it names the rules that are broken. */
export function brokenRules(bucket: Bucket, run: Run) {
  const { tier, durationSeconds, renditions, audio } = resultOf(run);
  const factsOf = (id: string, key: string) => {
    const { track, segments } = trackIn(bucket.objects, key);
    return { id, track, segments };
  };
  const facts: PackageFacts = {
    folder: FOLDER,
    tier,
    durationSeconds,
    videos: renditions.map((rendition) => ({ ...factsOf(rendition.id, rendition.track), rendition })),
    audios: audio.map((one) => ({ ...factsOf(one.id, one.track), audio: one })),
    subtitles: [],
  };
  const files = composePackage(facts);
  const sizes = new Map([...bucket.objects].map(([key, { body }]) => [key, body.length]));
  for (const { key, text } of files) sizes.set(key, Buffer.byteLength(text));
  return checkPackage(facts, files, sizes);
}
