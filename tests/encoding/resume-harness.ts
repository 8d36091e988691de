import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClaimTrack } from '@rushes/shared/claims';
import type { TranscodedData } from '@rushes/shared/events';
import { expect } from 'vitest';
import { type bucketOf, decoded, ffmpeg, newRun, type Run, trackIn, type WorkOptions, work } from '../media/harness.ts';

export type Bucket = ReturnType<typeof bucketOf>;

/** What is left of an attempt that dies: nothing is written down after its death. */
export interface Left {
  run: Run;
  tracks: readonly ClaimTrack[];
}

/** Does the work until the claim says what is wanted, and dies then. */
export async function dieWhen(
  bucket: Bucket,
  wanted: (tracks: readonly ClaimTrack[]) => boolean,
  options: WorkOptions = {},
): Promise<Left> {
  const run = newRun();
  let dead = false;
  const death = new Error('killed');
  const attempt = work(bucket, {
    ...options,
    run,
    record: async (tracks) => {
      if (dead) throw death;
      run.records.push(tracks);
      dead = wanted(tracks);
      if (dead) throw death;
    },
  });
  await expect(attempt).rejects.toBe(death);
  return { run, tracks: run.records.at(-1) ?? [] };
}

/** Each of so many tracks has so many segments. */
export const has =
  (tracks: number, segments: number) =>
  (claimed: readonly ClaimTrack[]): boolean =>
    claimed.length === tracks && fewest(claimed) >= segments;

export async function goOn(bucket: Bucket, left: Left, options: WorkOptions = {}): Promise<Run> {
  const inspected = options.inspected ?? left.run.inspected;
  return work(bucket, { attempt: 2, ...options, inspected, tracks: left.tracks });
}

export const fewest = (tracks: readonly ClaimTrack[]) => Math.min(...tracks.map(({ segments }) => segments));

export function resultOf(run: Run): TranscodedData {
  if (run.transcoded === undefined) throw new Error('nothing was appended');
  return run.transcoded;
}

/** Times of the pictures of a joined track, in its own ticks, in order of presentation. */
async function times(path: string): Promise<number[]> {
  const printed = await ffmpeg('-v', 'error', '-i', path, '-map', '0:v', '-c', 'copy', '-f', 'framehash', '-');
  const rows = printed.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return rows.map((line) => Number(line.split(',')[2])).toSorted((a, b) => a - b);
}

/**
 * PSNR of each picture of one file against the same picture of another, dB; equal pictures count as 100.
 * @param later compares with the picture so many behind it instead
 */
async function psnr(path: string, reference: string, later = 0): Promise<number[]> {
  const number = 'settb=1/1000,setpts=N';
  const graph = `[0:v]${number}[a];[1:v]trim=start_frame=${later},${number}[b];[a][b]psnr=stats_file=-`;
  const printed = await ffmpeg('-v', 'error', '-i', path, '-i', reference, '-lavfi', graph, '-f', 'null', '-');
  return [...printed.matchAll(/psnr_avg:(inf|[\d.]+)/g)].map(([, value]) => (value === 'inf' ? 100 : Number(value)));
}

/**
 * Compares every track of a resumed encode with the same of an unbroken one, as files that a player would see.
 * @param boundaries numbers of the pictures with which an attempt began
 */
export async function compare(
  folder: string,
  resumed: [Bucket, Run],
  unbroken: [Bucket, Run],
  boundaries: readonly number[],
) {
  const [result, expected] = [resultOf(resumed[1]), resultOf(unbroken[1])];
  expect(result.durationSeconds).toBe(expected.durationSeconds);
  expect(result.renditions.map(({ id }) => id)).toEqual(expected.renditions.map(({ id }) => id));
  for (const [index, listed] of [...result.renditions, ...result.audio].entries()) {
    const reference = [...expected.renditions, ...expected.audio][index];
    if (reference === undefined) throw new Error('a track is missing');
    const [ours, theirs] = [trackIn(resumed[0].objects, listed.track), trackIn(unbroken[0].objects, reference.track)];
    expect(ours.track.complete).toBe(true);
    expect(listed.size).toBe(ours.bytes.length);
    expect(listed.codecs).toBe(reference.codecs);
    const timesOf = (track: typeof ours) => track.segments.map(({ start, duration }) => [start, duration]);
    expect(timesOf(ours)).toEqual(timesOf(theirs));
    if (ours.track.kind === 'audio') {
      expect(ours.bytes.equals(theirs.bytes), listed.id).toBe(true);
      continue;
    }
    const keyframesOf = (track: typeof ours) =>
      track.segments.flatMap(({ keyframes }) => keyframes.map(({ time }) => time));
    expect(keyframesOf(ours)).toEqual(keyframesOf(theirs));
    const files = [join(folder, 'ours.mp4'), join(folder, 'theirs.mp4')] as const;
    await Promise.all([writeFile(files[0], ours.bytes), writeFile(files[1], theirs.bytes)]);
    const [a, b] = [await decoded(files[0]), await decoded(files[1])];
    expect(a.frames).toBe(b.frames);
    expect(await times(files[0])).toEqual(await times(files[1]));
    const levels = await psnr(files[0], files[1]);
    expect(levels).toHaveLength(b.frames);
    // Two encodes of one picture, of which every one carries its number and moves, against encodes of two pictures.
    const neighbours = await psnr(...files, 1);
    expect(Math.min(...levels), listed.id).toBeGreaterThan(27);
    for (const boundary of boundaries) {
      const near = (list: readonly number[]) => mean(list.slice(boundary, boundary + 12));
      expect(near(levels), `${listed.id} at ${boundary}`).toBeGreaterThan(near(neighbours) + 3);
    }
  }
}

const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;

/** The folders that a track's segments stand in, one letter and number for each. */
export function attemptsOf(bucket: Bucket, run: Run, id: string): string[] {
  const listed = [...resultOf(run).renditions, ...resultOf(run).audio].find((track) => track.id === id);
  return trackIn(bucket.objects, listed?.track ?? '').segments.map(({ key }) => key.split('/').at(-2) ?? '');
}
