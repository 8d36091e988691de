import type { Rendition } from '@rushes/shared/events';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { specsOf } from './grid.ts';
import { plan } from './plan.ts';
import { meanIn, qualityArguments, sampleOf, withQuality } from './quality.ts';
import type { Rate } from './rate.ts';
import { profile, source } from './source-fixture.ts';

const NTSC: Rate = { num: 30000, den: 1001 };

/** A track of so many whole segments of 180 pictures, and one of the rest. */
function track(pictures: number) {
  const [spec] = specsOf(plan(source({ frameRate: '30000/1001', fps: 29.97 }), profile('fast')));
  if (spec === undefined) throw new Error('no track');
  const segments = Array.from({ length: Math.ceil(pictures / 180) }, (_, index) => ({
    key: `${index}.m4s`,
    start: index * 180 * 1001,
    duration: Math.min(180, pictures - index * 180) * 1001,
    bytes: 1,
    keyframes: [],
  }));
  return { spec, segments };
}

describe('sampleOf', () => {
  it('takes all of a short video, and compares every picture of it', () => {
    expect(sampleOf(track(400), NTSC)).toEqual({
      segments: [0, 1, 2],
      ranges: [
        { start: 0, end: 180 },
        { start: 180, end: 360 },
        { start: 360, end: 400 },
      ],
      pictures: 400,
      step: 1,
    });
  });

  it('takes a minute of a long one, spread evenly, and some of its pictures', () => {
    const { segments, pictures, step } = sampleOf(track(100 * 180), NTSC);
    expect(segments).toEqual([5, 16, 27, 38, 50, 61, 72, 83, 94]);
    expect([pictures, step]).toEqual([9 * 180, 7]);
  });

  it('never takes more than a minute, nor anything twice, whatever the length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400_000 }), (count) => {
        const { segments, ranges, pictures } = sampleOf(track(count), NTSC);
        expect(new Set(segments).size).toBe(segments.length);
        expect(segments).toEqual(segments.toSorted((a, b) => a - b));
        expect(pictures).toBeGreaterThan(0);
        expect((pictures * NTSC.den) / NTSC.num).toBeLessThanOrEqual(60.1);
        expect(ranges.at(-1)?.end).toBeLessThanOrEqual(count);
      }),
    );
  });
});

describe('qualityArguments', () => {
  const planned = plan(source({ width: 640, height: 360 }), profile('fast'));
  const sample = { segments: [1], ranges: [{ start: 180, end: 360 }], pictures: 180, step: 7 };
  const logs = new Map(planned.renditions.map(({ id }) => [id, `/scratch/${id}.json`]));
  const { filter, outputs } = qualityArguments(source(), planned.renditions, NTSC, sample, { logs, threads: 2 });

  it('feeds each comparison with the picture that the encoder got, and the rendition', () => {
    expect(filter.split(';')).toEqual([
      expect.stringMatching(
        /^\[0:V:0\]fps=.*,trim=end_frame=360,select='between\(n,180,359\)',scale=640:360.*,split=2\[h264-360\]\[next1\]$/,
      ),
      '[next1]scale=426:240,setsar=1[h264-240]',
      '[h264-360]settb=AVTB,setpts=N*1001/30000/TB[reference-h264-360]',
      '[1:V:0]settb=AVTB,setpts=N*1001/30000/TB[made-h264-360]',
      '[made-h264-360][reference-h264-360]libvmaf=log_fmt=json:log_path=/scratch/h264-360.json:n_threads=2:n_subsample=7:eof_action=endall[compared-h264-360]',
      '[h264-240]settb=AVTB,setpts=N*1001/30000/TB[reference-h264-240]',
      '[2:V:0]settb=AVTB,setpts=N*1001/30000/TB[made-h264-240]',
      expect.stringContaining('[made-h264-240][reference-h264-240]libvmaf='),
    ]);
    expect(outputs.map(([, label]) => label)).toEqual(['[compared-h264-360]', '[compared-h264-240]']);
  });
});

describe('meanIn', () => {
  const sample = { segments: [0], ranges: [{ start: 0, end: 15 }], pictures: 15, step: 7 };
  const log = (frames: number, mean: unknown = 91.48801) =>
    JSON.stringify({ frames: Array(frames).fill({}), pooled_metrics: { vmaf: { mean } } });

  it('reads the mean, to two decimals', () => {
    expect(meanIn(log(3), sample)).toBe(91.49);
  });

  it('refuses a comparison of other pictures than the sample has', () => {
    expect(() => meanIn(log(2), sample)).toThrow('2 pictures were compared, and not 3');
  });

  it.each(['', '{', log(3, null)])('refuses what is no log: %s', (text) => {
    expect(() => meanIn(text, sample)).toThrow(Error);
  });
});

describe('withQuality', () => {
  it('adds what was measured, and leaves the others as they are', () => {
    const renditions = [
      { id: 'a', vmaf: null },
      { id: 'b', vmaf: null },
    ] as unknown as Rendition[];
    expect(withQuality(renditions, new Map([['b', 93.2]])).map(({ vmaf }) => vmaf)).toEqual([null, 93.2]);
  });
});
