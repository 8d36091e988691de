import { Failure } from '@rushes/shared/errors';
import type { InspectedData } from '@rushes/shared/events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketOf, clipIn, FOLDER, newRun, picture, temporaryFolder, tone, work, X264 } from './harness.ts';

let folder: string;
let remove: () => Promise<void>;
let source: string;

beforeAll(async () => {
  ({ path: folder, remove } = await temporaryFolder());
  const text = Buffer.from('1\n00:00:01,000 --> 00:00:02,000\nHello\n').toString('base64');
  source = await clipIn(folder, 'text.mkv', [
    ...[...picture('320x180', '30'), ...tone, '-f', 'srt', '-i', `data:text/plain;base64,${text}`],
    ...['-map', '0', '-map', '1', '-map', '2', ...X264, '-t', '8', '-metadata:s:s:0', 'language=eng'],
  ]);
});
afterAll(() => remove());

const KEY = `${FOLDER}/segments/text-en/a1/subtitles.vtt`;

describe('subtitles', () => {
  it('that cannot be read cost no video, and no other subtitles', async () => {
    const { inspected } = await work(bucketOf(source));
    if (inspected === undefined) throw new Error('nothing was inspected');
    // A plan that takes the sound for text, which ffmpeg refuses.
    const broken = { id: 'text-de', language: 'de', sourceStream: 1 };
    const plan = { ...inspected.plan, subtitles: [broken, ...inspected.plan.subtitles] };
    const { transcoded } = await work(bucketOf(source), { inspected: { ...inspected, plan } as InspectedData });
    expect(transcoded?.subtitles.map(({ id }) => id)).toEqual(['text-en']);
    expect(transcoded?.warnings).toEqual([
      {
        code: 'subtitles_unreadable',
        message: 'The subtitles of stream 1 (German) cannot be read and are left out.',
      },
    ]);
  });

  it('that the store refuses fail the attempt with the store’s error', async () => {
    const refusal = new Failure('storage_unavailable');
    const bucket = bucketOf(source, (key) => {
      if (key.endsWith('.vtt')) throw refusal;
    });
    const run = work(bucket);
    await expect(run).rejects.toBe(refusal);
  });

  it('are stored once, before anything is appended', async () => {
    const run = newRun();
    const texts: { key: string; steps: string[] }[] = [];
    const bucket = bucketOf(source, (key) => {
      if (key.endsWith('.vtt')) texts.push({ key, steps: [...run.steps] });
    });
    await work(bucket, { run });
    expect(texts.map(({ key }) => key)).toEqual([KEY]);
    expect(texts[0]?.steps).not.toContain('transcoded');
    expect(run.transcoded?.subtitles).toMatchObject([{ id: 'text-en', language: 'en', label: 'English', key: KEY }]);
  });

  it('are made by a later attempt in its own folder, although all pictures are there', async () => {
    const bucket = bucketOf(source);
    const first = await work(bucket);
    const tracks = first.records.at(-1) ?? [];
    const again = await work(bucket, { inspected: first.inspected, tracks, attempt: 2 });
    expect(again.transcoded?.subtitles.map(({ key }) => key)).toEqual([KEY.replace('/a1/', '/a2/')]);
    expect(again.transcoded?.renditions.map(({ size }) => size)).toEqual(
      first.transcoded?.renditions.map(({ size }) => size),
    );
  });

  it('that a tier before has listed are kept as they are', async () => {
    const bucket = bucketOf(source);
    const { inspected, transcoded } = await work(bucket);
    if (transcoded === undefined) throw new Error('nothing was appended');
    const before = { ...transcoded, tier: 'first' as const, warnings: [{ code: 'subtitles_empty', message: 'None.' }] };
    const next = await work(bucket, { inspected, transcoded: before, attempt: 2 });
    expect(next.transcoded).toMatchObject({ subtitles: transcoded.subtitles, warnings: before.warnings });
  });
});
