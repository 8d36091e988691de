import { audioTrackSchema, renditionSchema } from '@rushes/shared/events';
import { allSegments, type Segment, trackPageSchema, trackSchema } from '@rushes/shared/tracks';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  audioResult,
  bitratesOf,
  filledPage,
  headOf,
  pageKey,
  renditionResult,
  segmentFacts,
  type TrackSpec,
  trackFacts,
} from './facts.ts';
import { plan } from './plan.ts';
import { profile, source } from './source-fixture.ts';

const folder = 'videos/v/g1/segments/h264-1080/a1';
const init = { bytes: new Uint8Array(812), codecs: 'avc1.640028', timescale: 30_000, priming: 2002 };
const head = headOf(init, folder);
const planned = plan(source({ frameRate: '30000/1001', fps: 29.97 }, [{ language: 'en' }]), profile('fast'));
const [rendition] = planned.renditions;
const [audio] = planned.audio;
if (rendition === undefined || audio === undefined) throw new Error('the plan is empty');
const video: Extract<TrackSpec, { kind: 'video' }> = {
  kind: 'video',
  id: rendition.id,
  rendition,
  rate: { num: 30_000, den: 1001 },
  segmentSeconds: 6.006,
};

/** Segments of these bytes, six seconds each unless told. */
function segments(bytes: readonly number[], seconds: (index: number) => number = () => 6): Segment[] {
  let start = 0;
  return bytes.map((size, index) => {
    const duration = seconds(index) * 30_000;
    const segment = { key: `${index}`, start, duration, bytes: size, keyframes: [] };
    start += duration;
    return segment;
  });
}

describe('trackFacts', () => {
  it('is the head, the keys of full pages and the open page', () => {
    const all = segments(Array<number>(250).fill(1000));
    const pages = [`${folder}/page-00001.json`, 'videos/v/g1/segments/h264-1080/a2/page-00002.json'];
    const facts = trackFacts(video, { head, pages, segments: all, complete: false, encodeSeconds: 12.5 });
    expect(trackSchema.safeParse(facts).success).toBe(true);
    expect(facts).toMatchObject({
      rendition: 'h264-1080',
      kind: 'video',
      width: 1920,
      height: 1080,
      frameRate: '30000/1001',
      timescale: 30_000,
      init: { key: `${folder}/init.mp4`, bytes: 812 },
      pages,
      complete: false,
      encodeSeconds: 12.5,
    });
    expect(facts.segments).toHaveLength(50);
  });

  it('together with its pages lists every segment once, in order, for any number of them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 420 }), (count) => {
        const all = segments(Array.from({ length: count }, (_, index) => index + 1));
        const pages = all.flatMap((_, index) => {
          const page = filledPage(all.slice(0, index + 1));
          return page === null ? [] : [trackPageSchema.parse({ segments: page.segments })];
        });
        const keys = pages.map((_, index) => pageKey(folder, index + 1));
        const facts = trackFacts(video, { head, pages: keys, segments: all, complete: true, encodeSeconds: 0 });
        expect(allSegments(facts, pages)).toEqual(all);
      }),
    );
  });

  it('of sound has channels and language instead of a size', () => {
    const facts = trackFacts(
      { kind: 'audio', id: audio.id, audio, segmentSeconds: 6.006 },
      { head: { ...head, timescale: 48_000 }, pages: [], segments: [], complete: true, encodeSeconds: 0 },
    );
    expect(facts).toMatchObject({ kind: 'audio', channels: 2, sampleRate: 48_000, language: 'en' });
    expect(facts).not.toHaveProperty('width');
  });
});

describe('segmentFacts', () => {
  it('names the segment by its number', () => {
    const keyframes = [{ offset: 0, bytes: 90, time: 180_180 }];
    expect(
      segmentFacts(folder, { number: 2, bytes: new Uint8Array(700), start: 180_180, duration: 180_180, keyframes }),
    ).toEqual({
      key: `${folder}/00002.m4s`,
      start: 180_180,
      duration: 180_180,
      bytes: 700,
      keyframes,
    });
  });
});

describe('bitratesOf', () => {
  it('averages over the whole track and takes the worst segment for the peak', () => {
    expect(bitratesOf(segments([750_000, 1_500_000, 750_000]), 30_000)).toEqual({
      average: 1_333_333,
      peak: 2_000_000,
    });
  });

  it('counts a short end only together with what stands before it', () => {
    const all = segments([750_000, 375_000], (index) => (index === 1 ? 1 : 6));
    expect(bitratesOf(all, 30_000).peak).toBe(Math.round((1_125_000 * 8) / 7));
  });

  it('takes the average for the peak of a track shorter than half a second', () => {
    expect(
      bitratesOf(
        segments([25_000], () => 0.2),
        30_000,
      ),
    ).toEqual({ average: 1_000_000, peak: 1_000_000 });
    expect(bitratesOf([], 30_000)).toEqual({ average: 0, peak: 0 });
  });

  it('never has a peak below the average of equally long segments', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5_000_000 }), { minLength: 1, maxLength: 30 }), (bytes) => {
        const { average, peak } = bitratesOf(segments(bytes), 30_000);
        expect(peak).toBeGreaterThanOrEqual(average);
      }),
    );
  });
});

describe('the lists of transcoded', () => {
  it('hold a rendition as the contract has it', () => {
    const result = renditionResult(video, head, folder, segments([750_000, 750_000]));
    expect(renditionSchema.safeParse(result).success).toBe(true);
    expect(result).toMatchObject({
      id: 'h264-1080',
      codec: 'h264',
      codecs: 'avc1.640028',
      fps: 29.97,
      frameRate: '30000/1001',
      bitrate: 1_000_000,
      peakBitrate: 1_000_000,
      size: 1_500_812,
      track: `${folder}/track.json`,
      vmaf: null,
    });
  });

  it('hold a sound track with a name for a menu', () => {
    const spec = { kind: 'audio', id: audio.id, audio, segmentSeconds: 6.006 } as const;
    const result = audioResult(
      spec,
      { ...head, codecs: 'mp4a.40.2', timescale: 30_000 },
      folder,
      segments([90_000]),
      true,
    );
    expect(audioTrackSchema.safeParse(result).success).toBe(true);
    expect(result).toMatchObject({ id: 'aac-en', label: 'English', default: true, bitrate: 120_000, size: 90_812 });
  });
});
