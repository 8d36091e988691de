import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketOf, clipIn, newRun, picture, type Run, temporaryFolder, tone, work, X264 } from '../media/harness.ts';
import { type Asked, help, inWork, memoryClaims, sharing } from './pieces-harness.ts';
import { attemptsOf, type Bucket, compare, dieWhen, goOn, resultOf } from './resume-harness.ts';

let folder: string;
let remove: () => Promise<void>;
let path: string;
let unbroken: [Bucket, Run];

/** Pictures so small that a long video costs little. */
beforeAll(async () => {
  ({ path: folder, remove } = await temporaryFolder());
  path = await clipIn(folder, 'small.mp4', [...picture('128x72', '30000/1001'), ...tone, ...X264, '-t', '187']);
  const bucket = bucketOf(path);
  unbroken = [bucket, await work(bucket)];
});
afterAll(() => remove());

const ID = 'h264-72';
const foldersIn = (bucket: Bucket, run: Run) => [...new Set(attemptsOf(bucket, run, ID))];

/** The same inspection of a file that says it is so much longer or shorter. */
function announcing(seconds: number) {
  const { inspected } = unbroken[1];
  if (inspected === undefined) throw new Error('not inspected');
  return { ...inspected, source: { ...inspected.source, durationSeconds: seconds } };
}

describe('a video in three pieces', () => {
  it('is taken over, pieces of others and all, by the next who holds the job', async () => {
    const bucket = bucketOf(path);
    const claims = memoryClaims();
    const asked: Asked[] = [];
    // Dies when it has put the second piece behind the first.
    const left = await dieWhen(
      bucket,
      (tracks) => (tracks.find(({ rendition }) => rendition === ID)?.segments ?? 0) > 14,
      {
        pieces: sharing(claims, { workers: 3, onAsk: (piece) => asked.push(piece) }),
      },
    );
    expect(asked.map(({ subject }) => subject.split('.').at(-1))).toEqual(['1', '2']);
    const stored = bucket.order.length;
    const again = await goOn(bucket, left, { pieces: sharing(claims, { workers: 3, worker: 'second' }) });
    expect(foldersIn(bucket, again)).toEqual(['a1', 'a1p1t1', 'a2p2t1']);
    // Of the pictures only those of the last piece were made by it.
    const made = bucket.order.slice(stored).filter((key) => key.includes(`/${ID}/`) && key.endsWith('.m4s'));
    expect(made.every((key) => key.includes('/a2p2t1/'))).toBe(true);
    await compare(folder, [bucket, again], unbroken, []);
  });

  it('goes on with a piece where a worker that died has left it', async () => {
    const bucket = bucketOf(path);
    const claims = memoryClaims();
    const run = newRun();
    const death = new Error('killed');
    const dying: Promise<unknown>[] = [];
    const onAsk = (asked: Asked) => {
      const { inspected } = run;
      if (inspected === undefined || !asked.subject.endsWith('.1')) return;
      let parts = 0;
      const onStep = async () => {
        parts += 1;
        if (parts === 3) throw death;
      };
      dying.push(help(bucket, asked, sharing(claims, { worker: 'helper', state: () => inWork(inspected), onStep })));
    };
    await work(bucket, { run, pieces: sharing(claims, { workers: 3, onAsk }) });
    // It would come again later; until then the holder of the job has made it.
    expect(await Promise.all(dying)).toEqual([{ kind: 'nak', delayMs: 5_000 }]);
    expect(foldersIn(bucket, run)).toEqual(['a1', 'a1p1t1', 'a1p1t2', 'a1p2t1']);
    await compare(folder, [bucket, run], unbroken, []);
  });

  it.each([
    ['much longer than it is', 340],
    ['a little longer than it is', 210],
    ['a little shorter than it is', 165],
  ])('ends where its pictures end when it says that it is %s', async (_title, seconds) => {
    const bucket = bucketOf(path);
    const inspected = announcing(seconds);
    const run = await work(bucket, { inspected, pieces: sharing(memoryClaims(), { workers: 3 }) });
    await compare(folder, [bucket, run], unbroken, []);
    expect(resultOf(run).durationSeconds).toBe(resultOf(unbroken[1]).durationSeconds);
  });

  it('is made without pieces that do not belong to it', async () => {
    const bucket = bucketOf(path);
    const claims = memoryClaims();
    const run = newRun();
    const helpers: Promise<unknown>[] = [];
    const onAsk = (asked: Asked) => {
      const { inspected } = run;
      if (inspected === undefined || !asked.subject.endsWith('.1')) return;
      // As by another version of the encoder.
      const other = { ...inspected, plan: { ...inspected.plan } };
      other.plan.renditions = inspected.plan.renditions.map((one) => ({ ...one, level: '5.2' }));
      helpers.push(help(bucket, asked, sharing(claims, { worker: 'helper', state: () => inWork(other) })));
    };
    await work(bucket, { run, pieces: sharing(claims, { workers: 3, onAsk }) });
    await Promise.all(helpers);
    expect(foldersIn(bucket, run)).toEqual(['a1', 'a1p0t2']);
    await compare(folder, [bucket, run], unbroken, []);
  });

  it('is left alone when nobody wants it any more', async () => {
    const bucket = bucketOf(path);
    const claims = memoryClaims();
    const { inspected } = unbroken[1];
    if (inspected === undefined) throw new Error('not inspected');
    const asked = { subject: 'piece.v.1.1', body: JSON.stringify({ job: 'standard', attempt: 1, from: 10, to: 20 }) };
    const state = () => inWork(inspected, 'deleted');
    expect(await help(bucket, asked, sharing(claims, { state }))).toEqual({ kind: 'ack' });
    expect(claims.stored.size + bucket.order.length).toBe(0);
  });
});
