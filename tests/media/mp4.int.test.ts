import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TranscodedData } from '@rushes/shared/events';
import { type Profile, parseProfiles } from '@rushes/shared/profiles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dieWhen, goOn, has } from '../encoding/resume-harness.ts';
import { bucketOf, clipIn, decoded, FOLDER, ffmpeg, temporaryFolder, type WorkOptions, work } from './harness.ts';
import { aac, beep, clip, plain, x264, yuv } from './matrix/footage.ts';
import { listen, look } from './matrix/run.ts';

const SECONDS = 14;
/** Of picture and sound, against each other and against the source; seconds. */
const SYNC = 0.02;

let folder: string;
let remove: () => Promise<void>;
let source: string;

beforeAll(async () => {
  ({ path: folder, remove } = await temporaryFolder());
  source = await clipIn(folder, 'source.mp4', [...clip(), ...beep, '-t', `${SECONDS}`, ...yuv(), ...x264, ...aac]);
});
afterAll(() => remove());

const profileOf = (more: object): Profile => {
  const found = parseProfiles({ own: { codecs: ['h264'], rungs: [720], mp4: true, ...more } }).get('own');
  if (found === undefined) throw new Error('no profile');
  return found;
};
const profile = profileOf({});

const LEFT_OUT = [{ code: 'mp4_left_out', message: expect.stringMatching(/scratch space.*anew/) }];

async function mp4Of(options: WorkOptions = {}) {
  const bucket = bucketOf(source);
  const run = await work(bucket, { profile, ...options });
  const { mp4 } = run.transcoded as TranscodedData;
  if (mp4 == null) throw new Error('no file for sharing was made');
  const object = bucket.objects.get(mp4.key);
  if (object === undefined) throw new Error(`${mp4.key} is not in the bucket`);
  const path = join(folder, 'video.mp4');
  await writeFile(path, object.body);
  return { bucket, run, mp4, object, path };
}

/** Types of the boxes of a file, in order. */
function boxesOf(body: Buffer): string[] {
  const types: string[] = [];
  for (let at = 0; at < body.length; at += body.readUInt32BE(at)) types.push(body.toString('latin1', at + 4, at + 8));
  return types;
}

describe('the file for sharing', () => {
  it('is the planned rendition and its sound in one progressive file, at its place', async () => {
    const { run, mp4, object, path } = await mp4Of();
    expect(run.inspected?.plan.mp4).toEqual({
      rendition: 'h264-180',
      audio: 'aac-und',
      reason: 'the largest rendition',
    });
    expect(mp4).toEqual({ key: `${FOLDER}/segments/mp4/a1/video.mp4`, size: object.body.length });
    expect(object).toMatchObject({
      contentType: 'video/mp4',
      cacheControl: 'public, max-age=31536000, immutable',
    });
    expect(boxesOf(object.body)).toEqual(['ftyp', 'moov', 'free', 'mdat']);
    const streams = await ffmpeg('-v', 'error', '-i', path, '-c', 'copy', '-f', 'framecrc', '-');
    expect([...new Set(streams.matchAll(/^#codec_id \d+: (\w+)$/gm))].map(([, name]) => name)).toEqual(['h264', 'aac']);
    const { frames, seconds } = await decoded(path);
    expect(frames).toBe(SECONDS * 30);
    expect(seconds).toBeCloseTo(SECONDS, 2);
  });

  it('shows and sounds what it should at the same moments, to its end', async () => {
    const { path } = await mp4Of();
    const { flashes } = await look(path, { ...plain, title: '', file: '', make: [] });
    const beeps = await listen(path);
    const expected = Array.from({ length: SECONDS }, (_, second) => second + 0.6);
    expect([flashes.length, beeps.length]).toEqual([SECONDS, SECONDS]);
    for (const [index, moment] of expected.entries()) {
      expect(Math.abs((flashes[index] ?? 0) - moment)).toBeLessThanOrEqual(SYNC);
      expect(Math.abs((beeps[index] ?? 0) - moment)).toBeLessThanOrEqual(SYNC);
    }
  });

  it('is made by an attempt that finds everything encoded, without the source', async () => {
    const bucket = bucketOf(source);
    const left = await dieWhen(bucket, has(2, 3), { profile });
    bucket.storage.download = () => Promise.reject(new Error('the source is not needed'));
    const { transcoded } = await goOn(bucket, left, { profile });
    expect(transcoded?.mp4?.key).toBe(`${FOLDER}/segments/mp4/a2/video.mp4`);
    expect(bucket.objects.get(transcoded?.mp4?.key ?? '')?.body.length).toBe(transcoded?.mp4?.size);
  });

  it('is left out with a warning when scratch has no room for it, and the video is made all the same', async () => {
    const asked: number[] = [];
    const bucket = bucketOf(source);
    const { transcoded } = await work(bucket, {
      profile,
      reserve: async (bytes) => {
        asked.push(bytes);
        return { kind: 'busy' };
      },
    });
    expect(transcoded).toMatchObject({ mp4: null, warnings: LEFT_OUT });
    const sizes = [...(transcoded?.renditions ?? []), ...(transcoded?.audio ?? [])].map(({ size }) => size);
    // Twice what is put together, less the source, which is gone by then.
    expect(asked).toEqual([2 * sizes.reduce((sum, size) => sum + size, 0) - 1000]);
    expect([...bucket.objects.keys()].filter((key) => key.includes('/mp4/'))).toEqual([]);
  });

  it('stays in the events of later tiers', async () => {
    const both = profileOf({ codecs: ['h264', 'vp9'], rungs: [480] });
    const large = await clipIn(folder, 'large.mp4', [...clip('640x360', '10'), '-t', '2', ...yuv(), ...x264]);
    const bucket = bucketOf(large);
    const { inspected, transcoded } = await work(bucket, { profile: both });
    expect(transcoded?.mp4).toBeDefined();
    const later = await work(bucket, { profile: both, job: 'extended', inspected, transcoded, attempt: 2 });
    expect(later.transcoded?.mp4).toEqual(transcoded?.mp4);
  });

  it('is not made for a profile that does not want it', async () => {
    const { inspected, transcoded } = await work(bucketOf(source));
    expect(inspected?.plan).not.toHaveProperty('mp4');
    expect(transcoded).not.toHaveProperty('mp4');
    expect(transcoded).not.toHaveProperty('warnings');
  });
});
