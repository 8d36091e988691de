import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { piecesOf } from '../../services/transcoder/src/core/pieces.ts';
import { partOf } from '../../services/transcoder/src/core/tiers.ts';
import { bucketOf, clipIn, newRun, picture, temporaryFolder, tone, trackIn, work, X264 } from '../media/harness.ts';
import { type Asked, help, inWork, memoryClaims, sequencesIn, sharing } from './pieces-harness.ts';
import { attemptsOf, type Bucket, compare, resultOf } from './resume-harness.ts';

let folder: string;
let remove: () => Promise<void>;
let path: string;
let unbroken: [Bucket, Awaited<ReturnType<typeof work>>];

/** Two minutes and a bit: 21 segments, in two pieces. */
beforeAll(async () => {
  ({ path: folder, remove } = await temporaryFolder());
  path = await clipIn(folder, 'long.mp4', [...picture('320x180', '30'), ...tone, ...X264, '-t', '123']);
  const bucket = bucketOf(path);
  unbroken = [bucket, await work(bucket)];
});
afterAll(() => remove());

/** All fragments of every track are numbered without a gap. */
function expectNumbered(bucket: Bucket, run: Awaited<ReturnType<typeof work>>): void {
  for (const { track } of [...resultOf(run).renditions, ...resultOf(run).audio]) {
    const sequences = sequencesIn(trackIn(bucket.objects, track).bytes);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
  }
}

describe('a video that two workers share', () => {
  it('is what one makes of it, with a piece of each', async () => {
    const bucket = bucketOf(path);
    const claims = memoryClaims();
    const helpers: Promise<unknown>[] = [];
    const run = newRun();
    const onAsk = (asked: Asked) => {
      if (run.inspected === undefined) throw new Error('asked before the inspection');
      const inspected = run.inspected;
      helpers.push(help(bucket, asked, sharing(claims, { worker: 'helper', state: () => inWork(inspected) })));
    };
    await work(bucket, { run, pieces: sharing(claims, { onAsk }) });
    expect(await Promise.all(helpers)).toEqual([{ kind: 'ack' }]);
    const folders = attemptsOf(bucket, run, 'h264-180');
    expect([...new Set(folders)]).toEqual(['a1', 'a1p1t1']);
    const first = folders.filter((name) => name === 'a1').length;
    const { source, plan } = run.inspected ?? expect.fail('not inspected');
    expect(first).toBe(piecesOf(source, partOf(plan, 'standard'), 2)[1]?.from);
    expect(attemptsOf(bucket, run, 'aac-und').every((name) => name === 'a1')).toBe(true);
    expectNumbered(bucket, run);
    await compare(folder, [bucket, run], unbroken, [first * 180]);
    expect(run.percents).toEqual(run.percents.toSorted((a, b) => a - b));
  });

  it('is made whole by one where nobody helps', async () => {
    const bucket = bucketOf(path);
    const run = await work(bucket, { pieces: sharing(memoryClaims()) });
    expect([...new Set(attemptsOf(bucket, run, 'h264-180'))]).toEqual(['a1', 'a1p1t1']);
    expectNumbered(bucket, run);
    await compare(folder, [bucket, run], unbroken, []);
  });
});
