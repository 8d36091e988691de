import type { ClaimTrack } from '@rushes/shared/claims';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketOf, clipIn, newRun, picture, temporaryFolder, tone, work, X264 } from '../media/harness.ts';
import { attemptsOf, type Bucket, compare, dieWhen, fewest, goOn, has, type Left, resultOf } from './resume-harness.ts';

let folder: string;
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ path: folder, remove } = await temporaryFolder());
});
afterAll(() => remove());

const clip = (name: string, ...args: string[]) => clipIn(folder, name, args);

const initIn = (bucket: Bucket) => bucket.order.find((key) => key.includes('h264') && key.endsWith('init.mp4')) ?? '';
const spoil = (bucket: Bucket, key: string) => {
  const found = bucket.objects.get(key);
  if (found !== undefined) bucket.objects.set(key, { ...found, body: Buffer.from('{"half":') });
};

const segmentsOf = (tracks: readonly ClaimTrack[], id: string) =>
  tracks.find(({ rendition }) => rendition === id)?.segments;

describe('a later attempt', () => {
  it('does not wonder about a video that ends on a segment boundary', async () => {
    const path = await clip('boundary.mp4', ...picture('320x180', '30'), ...tone, ...X264, '-t', '12');
    const bucket = bucketOf(path);
    const left = await dieWhen(bucket, (tracks) => has(2, 1)(tracks) && segmentsOf(tracks, 'h264-180') === 2);
    const again = await goOn(bucket, left);
    expect(resultOf(again).durationSeconds).toBe(12);
    expect(attemptsOf(bucket, again, 'h264-180')).toHaveLength(2);
  });

  it.each<[string, (bucket: Bucket, left: Left) => void]>([
    ['facts that are gone', (bucket, left) => void bucket.objects.delete(left.tracks[0]?.track ?? '')],
    ['facts that cannot be read', (bucket, left) => spoil(bucket, left.tracks[0]?.track ?? '')],
    ['an init that is gone', (bucket) => void bucket.objects.delete(initIn(bucket))],
  ])('starts from nothing with %s', async (_title, damage) => {
    const path = await clip('damaged.mp4', ...picture('320x180', '25'), ...tone, ...X264, '-t', '14');
    const bucket = bucketOf(path);
    const left = await dieWhen(bucket, has(2, 1));
    damage(bucket, left);
    const again = await goOn(bucket, left);
    expect(attemptsOf(bucket, again, 'h264-180')).toEqual(['a2', 'a2', 'a2']);
  });

  it('does not put an init together with segments of another: the next attempt starts from nothing', async () => {
    const path = await clip('init.mp4', ...picture('320x180', '25'), ...tone, ...X264, '-t', '14');
    const bucket = bucketOf(path);
    const left = await dieWhen(bucket, has(2, 1));
    const init = bucket.objects.get(initIn(bucket));
    init?.body.set([init.body.at(-1) === 1 ? 2 : 1], init.body.length - 1);
    const run = newRun();
    await expect(goOn(bucket, left, { run })).rejects.toMatchObject({ code: 'internal', retryable: true });
    expect(run.records.at(-1)).toEqual([]);
    const again = await work(bucket, { attempt: 3, inspected: left.run.inspected, tracks: [] });
    expect(attemptsOf(bucket, again, 'h264-180')).toEqual(['a3', 'a3', 'a3']);
  });

  it('goes back one segment where so few pictures are left that they would be encoded in another way', async () => {
    const path = await clip('few.mp4', ...picture('320x180', '25'), ...tone, ...X264, '-frames:v', '301');
    const unbroken = bucketOf(path);
    const expected = await work(unbroken);
    const bucket = bucketOf(path);
    const left = await dieWhen(bucket, has(2, 2));
    expect(fewest(left.tracks)).toBe(2);
    const run = newRun();
    await expect(goOn(bucket, left, { run })).rejects.toMatchObject({ code: 'internal' });
    const tracks = run.records.at(-1) ?? [];
    const again = await goOn(bucket, { run: left.run, tracks }, { attempt: 3 });
    expect(attemptsOf(bucket, again, 'h264-180')).toEqual(['a1', 'a3', 'a3']);
    await compare(folder, [bucket, again], [unbroken, expected], [150]);
  });
});
