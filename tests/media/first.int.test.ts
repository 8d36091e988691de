import { StageStopped } from '@rushes/shared/stage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bucket, dieWhen, fewest, goOn, has, resultOf } from '../encoding/resume-harness.ts';
import { bucketOf, clipIn, FOLDER, newRun, picture, temporaryFolder, tone, trackIn, work, X264 } from './harness.ts';

let folder: string;
let remove: () => Promise<void>;
/** 36.5 s: seven segments of two pictures' sizes and two sounds. */
let path: string;
const TRACKS = ['h264-360', 'h264-240', 'aac-und', 'aac-low-und'];

beforeAll(async () => {
  ({ path: folder, remove } = await temporaryFolder());
  path = await clipIn(folder, 'long.mp4', [...picture('640x360', '15'), ...tone, ...X264, '-t', '36.5']);
});
afterAll(() => remove());

/** Segments by track, as the facts of an event name them right now. */
function segmentsNow(bucket: Bucket, tracks: readonly { id: string; track: string }[]): Record<string, number> {
  return Object.fromEntries(tracks.map(({ id, track }) => [id, trackIn(bucket.objects, track).segments.length]));
}

describe('a video that plays while it is encoded', () => {
  it('has its beginning in the log once, as soon as two segments of every track are stored', async () => {
    const bucket = bucketOf(path);
    let seen: Record<string, number> = {};
    const run = await work(bucket, {
      onBeginning: ({ renditions, audio }) => {
        seen = segmentsNow(bucket, [...renditions, ...audio]);
      },
    });
    expect(Object.keys(seen).toSorted()).toEqual(TRACKS.toSorted());
    expect(Math.min(...Object.values(seen))).toBe(2);
    expect(run.steps.filter((step) => step === 'transcoded')).toHaveLength(2);
    // More is encoded behind it.
    expect(run.steps.slice(run.steps.indexOf('transcoded')).filter((step) => step === 'part').length).toBeGreaterThan(
      2,
    );
    expect(run.beginning).toMatchObject({
      tier: 'first',
      final: false,
      durationSeconds: run.inspected?.source.durationSeconds,
      subtitles: [],
    });
    for (const { id, peakBitrate } of run.beginning?.renditions ?? []) {
      const planned = run.inspected?.plan.renditions.find((rendition) => rendition.id === id);
      expect(peakBitrate).toBeGreaterThanOrEqual(planned?.maxrate ?? Number.POSITIVE_INFINITY);
    }
    const result = resultOf(run);
    expect(result).toMatchObject({ tier: 'standard', final: true });
    const facts = ({ renditions, audio }: typeof result) =>
      [...renditions, ...audio].map(({ id, track }) => [id, track]);
    expect(facts(run.beginning ?? result)).toEqual(facts(result));
  });

  it('is announced, always with all of its tracks, and no track ever has less', async () => {
    const run = await work(bucketOf(path));
    expect(run.announced.length).toBeGreaterThan(0);
    const before = new Map<string, number>();
    for (const { generation, attempt, tracks } of run.announced) {
      expect({ generation, attempt }).toEqual({ generation: 1, attempt: 1 });
      expect(tracks.map(({ rendition }) => rendition).toSorted()).toEqual(TRACKS.toSorted());
      for (const { rendition, track, segments } of tracks) {
        expect(track).toBe(`${FOLDER}/segments/${rendition}/a1/track.json`);
        expect(segments).toBeGreaterThanOrEqual(before.get(rendition) ?? 2);
        before.set(rendition, segments);
      }
    }
  });

  it('is an ordinary one when it is too short', async () => {
    const short = await clipIn(folder, 'short.mp4', [...picture('320x180', '15'), ...tone, ...X264, '-t', '29']);
    const run = await work(bucketOf(short));
    expect(run.steps.filter((step) => step === 'transcoded')).toHaveLength(1);
    expect(run.beginning).toBeUndefined();
    expect(run.announced).toEqual([]);
  });

  it('ends where the log does not take its beginning, unless that is there already', async () => {
    const refusing = (objection: 'generation_closed' | 'already_there') => ({
      onBeginning: () => {
        throw new StageStopped(objection);
      },
    });
    const run = newRun();
    await expect(work(bucketOf(path), { run, ...refusing('generation_closed') })).rejects.toBeInstanceOf(StageStopped);
    expect(run.transcoded).toBeUndefined();
    expect(run.announced).toEqual([]);
    const late = await work(bucketOf(path), refusing('already_there'));
    expect(resultOf(late).tier).toBe('standard');
    expect(late.announced.length).toBeGreaterThan(0);
  });
});

describe('a video whose encoder died', () => {
  it('behind its beginning goes on, announces what is there, and does not begin again', async () => {
    const bucket = bucketOf(path);
    const left = await dieWhen(bucket, has(TRACKS.length, 3));
    expect(left.run.beginning).toBeDefined();
    const again = await goOn(bucket, left, { transcoded: left.run.beginning });
    expect(again.beginning).toBeUndefined();
    expect(again.steps.filter((step) => step === 'transcoded')).toHaveLength(1);
    const [first] = again.announced;
    expect(first?.attempt).toBe(2);
    expect(first?.tracks.map(({ track }) => track)).toEqual(
      expect.arrayContaining(TRACKS.map((id) => `${FOLDER}/segments/${id}/a2/track.json`)),
    );
    // What was announced before the death is in the facts that are announced after it.
    expect(fewest(left.tracks)).toBeLessThanOrEqual(Math.min(...(first?.tracks ?? []).map(({ segments }) => segments)));
  });

  it('before its beginning was in the log begins with what is stored already', async () => {
    const bucket = bucketOf(path);
    const death = new Error('killed');
    const run = newRun();
    const dying = work(bucket, {
      run,
      onBeginning: () => {
        throw death;
      },
    });
    await expect(dying).rejects.toBe(death);
    expect(run.beginning).toBeUndefined();
    const left = { run, tracks: run.records.at(-1) ?? [] };
    let seen: Record<string, number> = {};
    const again = await goOn(bucket, left, {
      onBeginning: ({ renditions, audio }) => {
        seen = segmentsNow(bucket, [...renditions, ...audio]);
      },
    });
    expect(again.steps.indexOf('transcoded')).toBeLessThan(again.steps.indexOf('part'));
    expect(seen).toEqual(Object.fromEntries(TRACKS.map((id) => [id, fewest(left.tracks)])));
    expect(again.beginning?.renditions[0]?.track).toContain('/a2/');
  });
});
