import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rendition } from '@rushes/shared/events';
import { type Profile, parseProfiles } from '@rushes/shared/profiles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketOf, clipIn, ffmpeg, temporaryFolder, trackIn, work, X264 } from '../media/harness.ts';
import { dieWhen, goOn, has } from './resume-harness.ts';

let folder: string;
let remove: () => Promise<void>;
/** Two segments; one that is longer than what is measured. */
let short: string;
let long: string;

/** Moves, and has grain: something is lost, and the less the larger the picture is. */
const grain = (size: string, rate: number) =>
  `testsrc2=size=${size}:rate=${rate},noise=alls=12:allf=t:all_seed=7,gblur=sigma=0.7`;

beforeAll(async () => {
  ({ path: folder, remove } = await temporaryFolder());
  const clip = (name: string, graph: string, seconds: string) =>
    clipIn(folder, name, ['-f', 'lavfi', '-i', graph, '-t', seconds, ...X264, '-crf', '14', '-bf', '2']);
  short = await clip('short.mp4', grain('640x360', 10), '7');
  long = await clip('long.mp4', grain('192x108', 15), '90');
});
afterAll(() => remove());

function profileOf(codecs: string[]): Profile {
  const found = parseProfiles({ own: { codecs, rungs: [480, 240] } }).get('own');
  if (found === undefined) throw new Error('no profile');
  return found;
}
const profile = profileOf(['h264', 'av1']);

const scores = (renditions: readonly Rendition[] = []) =>
  Object.fromEntries(renditions.map(({ id, vmaf }) => [id, vmaf ?? null]));

/** The same comparison by hand: the whole of a rendition, every picture, against the source in BT.709. */
async function byHand(bucket: ReturnType<typeof bucketOf>, rendition: Rendition | undefined, source: string) {
  const path = join(folder, 'whole.mp4');
  await writeFile(path, trackIn(bucket.objects, rendition?.track ?? '').bytes);
  const graph = '[1:v]scale=in_color_matrix=bt601:out_color_matrix=bt709,setsar=1[r];[0:v][r]libvmaf=n_threads=2';
  const printed = await ffmpeg('-i', path, '-i', source, '-filter_complex', graph, '-f', 'null', '-');
  return Number(/VMAF score: ([\d.]+)/.exec(printed)?.[1]);
}

describe('the quality of each rendition', () => {
  it('is measured against the source as the encoder saw it, tier by tier', async () => {
    const bucket = bucketOf(short);
    const { inspected, transcoded } = await work(bucket, { profile, quality: 'vmaf' });
    const { 'h264-360': large, 'h264-240': low } = scores(transcoded?.renditions);
    expect(large).toBeCloseTo(await byHand(bucket, transcoded?.renditions[0], short), 1);
    expect(large).toBeGreaterThan(60);
    expect(low).toBeLessThan(large ?? 0);

    const later = await work(bucket, { profile, job: 'extended', inspected, transcoded, quality: 'vmaf', attempt: 2 });
    const all = scores(later.transcoded?.renditions);
    expect(all).toEqual({ 'h264-360': large, 'h264-240': low, 'av1-360': expect.any(Number) });
    expect(all['av1-360']).toBeGreaterThan(60);
  });

  it('is measured on a sample of a long video, and comes out as on the whole of it', async () => {
    const bucket = bucketOf(long);
    const { transcoded } = await work(bucket, { profile, quality: 'vmaf' });
    const [rendition] = transcoded?.renditions ?? [];
    const whole = await byHand(bucket, rendition, long);
    expect(Math.abs((rendition?.vmaf ?? 0) - whole)).toBeLessThan(1);
  });

  it('is measured by an attempt that finds everything encoded; where the source has gone, it is not known', async () => {
    const bucket = bucketOf(short);
    const left = await dieWhen(bucket, has(2, 2), { profile });
    const { transcoded } = await goOn(bucket, left, { profile, quality: 'vmaf' });
    expect(Object.values(scores(transcoded?.renditions))).toEqual([expect.any(Number), expect.any(Number)]);

    bucket.storage.download = () => Promise.reject(new Error('the source has gone'));
    const gone = await goOn(bucket, left, { profile, quality: 'vmaf', attempt: 3 });
    expect(Object.values(scores(gone.transcoded?.renditions))).toEqual([null, null]);
  });

  it('is not known without room in scratch, and the video is made all the same', async () => {
    const reserve = async () => ({ kind: 'busy' as const });
    const { transcoded } = await work(bucketOf(short), { profile, quality: 'vmaf', reserve });
    expect(scores(transcoded?.renditions)).toEqual({ 'h264-360': null, 'h264-240': null });
  });

  it('is written wherever scratch is', async () => {
    const scratch = join(folder, "it's: [a], folder; of\\mine");
    await mkdir(scratch);
    const { transcoded } = await work(bucketOf(short), { profile, quality: 'vmaf', scratch });
    expect(scores(transcoded?.renditions)['h264-360']).toBeGreaterThan(60);
  });
});
