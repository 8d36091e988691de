import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rendition, TranscodedData } from '@rushes/shared/events';
import { parseProfiles } from '@rushes/shared/profiles';
import { HandBack } from '@rushes/shared/stage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bucketOf,
  clipIn,
  decoded,
  FOLDER,
  newRun,
  picture,
  temporaryFolder,
  tone,
  trackIn,
  work,
  X264,
} from '../media/harness.ts';
import { fewest } from './resume-harness.ts';

let folder: string;
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ path: folder, remove } = await temporaryFolder());
});
afterAll(() => remove());

const everything = parseProfiles({ all: { codecs: ['h264', 'hevc', 'vp9', 'av1'], rungs: [480, 240] } }).get('all');
if (everything === undefined) throw new Error('no profile');
const profile = everything;

/** 13.3 s: two whole segments and a short one. Few pictures, since VP9 and HEVC take their time. */
const RATE = 10;
const FRAMES = 133;
const source = () =>
  clipIn(folder, 'source.mp4', [
    ...picture('854x480', `${RATE}`),
    ...tone,
    '-frames:v',
    `${FRAMES}`,
    '-t',
    '13.334',
    ...X264,
  ]);

/** Decodes a rendition and answers what ffprobe says of it. */
async function check(bucket: ReturnType<typeof bucketOf>, rendition: Rendition) {
  const { track, segments, bytes } = trackIn(bucket.objects, rendition.track);
  expect(track.complete).toBe(true);
  expect(segments.map(({ start }) => start)).toEqual([0, 1, 2].map((index) => index * 6 * track.timescale));
  expect(segments.flatMap(({ keyframes }) => keyframes.map(({ time }) => time / track.timescale))).toEqual([
    0, 2, 4, 6, 8, 10, 12,
  ]);
  const path = join(folder, `${rendition.id}.mp4`);
  await writeFile(path, bytes);
  const seen = await decoded(path);
  expect(seen.frames).toBe(FRAMES);
  expect(seen.stream).toMatchObject({
    width: rendition.width,
    height: rendition.height,
    pix_fmt: 'yuv420p',
    sample_aspect_ratio: '1:1',
    color_range: 'tv',
    color_space: 'bt709',
  });
  expect(Number(seen.stream.start_time)).toBe(0);
  return seen.stream;
}

/** The ladder, as the log has it when the further codecs are asked for. */
async function ready() {
  const bucket = bucketOf(await source());
  const { inspected, transcoded } = await work(bucket, { profile });
  if (inspected === undefined || transcoded === undefined) throw new Error('nothing was appended');
  return { bucket, inspected, transcoded };
}

describe('further codecs', () => {
  it('are made beside H.264, on the same grid, and every player is told what they are', async () => {
    const { bucket, inspected, transcoded } = await ready();
    expect(transcoded).toMatchObject({ tier: 'standard', final: false });
    expect(transcoded.renditions.map(({ id }) => id)).toEqual(['h264-480', 'h264-240']);

    const run = await work(bucket, { profile, job: 'extended', inspected, transcoded });
    const made = run.transcoded as TranscodedData;
    expect(made).toMatchObject({ tier: 'extended', final: true, durationSeconds: transcoded.durationSeconds });
    expect(made.renditions.slice(0, 2)).toEqual(transcoded.renditions);
    expect(made.audio).toEqual(transcoded.audio);
    const further = made.renditions.slice(2);
    expect(further.map(({ id }) => id)).toEqual(['hevc-480', 'vp9-480', 'av1-480']);
    const codecs: Record<string, RegExp> = {
      hevc: /^hvc1\.1\.6\.L(60|63|90)(\.[0-9a-f]{1,2}){1,6}$/,
      vp9: /^vp09\.00\.(2|3)[01]\.08$/,
      av1: /^av01\.0\.0[0-9]M\.08$/,
    };
    for (const rendition of further) {
      expect(rendition.codecs).toMatch(codecs[rendition.codec] ?? /never/);
      const stream = await check(bucket, rendition);
      expect(stream).toMatchObject({ codec_name: rendition.codec });
      if (rendition.codec === 'hevc') expect(stream.codec_tag_string).toBe('hvc1');
    }
    expect(
      run.records
        .at(-1)
        ?.map(({ rendition }) => rendition)
        .toSorted(),
    ).toEqual(further.map(({ id }) => id).toSorted());
  });

  it('give way where a segment of all of them is whole, and go on behind it', async () => {
    const { bucket, inspected, transcoded } = await ready();
    const about = { profile, job: 'extended' as const, inspected, transcoded };
    const run = newRun();
    await expect(work(bucket, { ...about, run, shouldYield: async () => true })).rejects.toBeInstanceOf(HandBack);
    const tracks = run.records.at(-1) ?? [];
    expect(fewest(tracks)).toBe(1);

    const again = await work(bucket, { ...about, attempt: 2, tracks });
    for (const rendition of again.transcoded?.renditions.slice(2) ?? []) {
      await check(bucket, rendition);
      const { segments } = trackIn(bucket.objects, rendition.track);
      const folders = segments.map(({ key }) => key.slice(FOLDER.length).split('/').at(3));
      expect(folders[0]).toBe('a1');
      expect(folders.at(-1)).toBe('a2');
    }
  });
});
