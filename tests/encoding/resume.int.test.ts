import { realClip } from '@rushes/shared/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketOf, clipIn, newRun, picture, temporaryFolder, tone, work, X264 } from '../media/harness.ts';
import { attemptsOf, compare, dieWhen, fewest, goOn, has, resultOf } from './resume-harness.ts';

let folder: string;
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ path: folder, remove } = await temporaryFolder());
});
afterAll(() => remove());

const clip = (name: string, ...args: string[]) => clipIn(folder, name, args);

describe('transcode, after an attempt that died', () => {
  const clips: [string, () => Promise<string>, number][] = [
    ['a clip at 30', () => clip('c30.mp4', ...picture('426x240', '30'), ...tone, ...X264, '-t', '14.5'), 180],
    [
      'a clip at 30000/1001',
      () => clip('c2997.mp4', ...picture('426x240', '30000/1001'), ...tone, ...X264, '-t', '14'),
      180,
    ],
    ['a recording whose pictures come as they like', variable, 180],
    ['a telephone’s recording', telephone, 180],
    [
      'a broadcast recording, interlaced, that starts late',
      () =>
        clip(
          'late.ts',
          ...['-f', 'lavfi', '-i', 'testsrc2=size=426x240:rate=50,interlace', ...tone],
          ...['-c:v', 'mpeg2video', '-flags', '+ilme+ildct', '-b:v', '3M', '-t', '14', '-output_ts_offset', '3.7'],
        ),
      150,
    ],
  ];

  /** A real one, where footage is given: smaller, over and over, every picture of another tint, its times as they are. */
  async function telephone(): Promise<string> {
    const real = await realClip('VID_20191220_170832.mp4');
    if (real === null) return variable();
    const long = await clip('telephone-long.mp4', '-stream_loop', '9', '-i', real, '-c', 'copy');
    return clip('telephone.mp4', '-i', long, '-vf', "scale=426:240,hue='h=77*n'", '-fps_mode', 'passthrough', ...X264);
  }

  /** Every picture is late by up to most of a step, and now and then one is missing, as telephones record. */
  function variable(): Promise<string> {
    const shaken = "select='mod(n,17)',setpts='PTS+0.7*mod(N*7919,97)/97/30/TB'";
    return clip(
      'variable.mp4',
      ...[...picture('426x240', '30'), ...tone, '-vf', shaken, '-fps_mode', 'passthrough'],
      ...['-enc_time_base', '1/90000', ...X264, '-t', '14'],
    );
  }

  it.each(clips)('makes of %s what an unbroken encode makes', async (_title, make, segmentFrames) => {
    const path = await make();
    const unbroken = bucketOf(path);
    const expected = await work(unbroken);
    const bucket = bucketOf(path);
    const tracks = resultOf(expected).renditions.length + resultOf(expected).audio.length;
    const left = await dieWhen(bucket, has(tracks, 1));
    const kept = fewest(left.tracks);
    const again = await goOn(bucket, left);
    const attempts = attemptsOf(bucket, again, 'h264-240');
    expect(attempts).toEqual([...Array<string>(kept).fill('a1'), ...Array<string>(attempts.length - kept).fill('a2')]);
    await compare(folder, [bucket, again], [unbroken, expected], [kept * segmentFrames]);
    expect(again.percents[0]).toBeGreaterThanOrEqual(Math.floor((kept * 6 * 95) / 15));
    expect(resultOf(again).encodeSeconds).toBeGreaterThan(0);
  });

  it('goes on twice, and every attempt names what the ones before it have stored', async () => {
    const path = await clip('twice.mp4', ...picture('320x180', '25'), ...tone, ...X264, '-t', '27');
    const unbroken = bucketOf(path);
    const expected = await work(unbroken);
    const bucket = bucketOf(path);
    const first = await dieWhen(bucket, has(2, 1));
    const second = await dieWhen(bucket, has(2, 3), {
      attempt: 2,
      inspected: first.run.inspected,
      tracks: first.tracks,
    });
    expect(fewest(second.tracks)).toBeGreaterThan(fewest(first.tracks));
    expect(second.tracks.every(({ track }) => track.includes('/a2/'))).toBe(true);
    const third = await goOn(bucket, second, { attempt: 3, inspected: first.run.inspected });
    const attempts = attemptsOf(bucket, third, 'h264-180');
    expect([...new Set(attempts)]).toEqual(['a1', 'a2', 'a3']);
    expect(attempts).toEqual(attempts.toSorted());
    await compare(folder, [bucket, third], [unbroken, expected], [fewest(first.tracks) * 150]);
    expect(bucket.order.filter((key) => /a[23]\/init\.mp4$/.test(key))).toEqual([]);
  });

  it('takes over before it encodes, so that dying at once loses nothing', async () => {
    const path = await clip('at-once.mp4', ...picture('320x180', '25'), ...tone, ...X264, '-t', '20');
    const bucket = bucketOf(path);
    const left = await dieWhen(bucket, has(2, 2));
    const died = newRun();
    const death = new Error('killed');
    const dying = goOn(bucket, left, {
      run: died,
      record: async (tracks) => {
        died.records.push(tracks);
        throw death;
      },
    });
    await expect(dying).rejects.toBe(death);
    expect(died.records.map((tracks) => tracks.map(({ segments }) => segments))).toEqual([
      left.tracks.map(() => fewest(left.tracks)),
    ]);
  });
});
