import type { Segment } from '@rushes/shared/tracks';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrackSpec } from './facts.ts';
import { firstResult, firstTracks, isFirstDue } from './first.ts';
import { specsOf } from './grid.ts';
import { plan } from './plan.ts';
import type { WrittenTrack } from './results.ts';
import { profile, source } from './source-fixture.ts';

const long = { ...source({ width: 640, height: 360 }, [{ language: 'en' }]), durationSeconds: 60 };
const planned = plan(long, profile('web'));
const IDS = ['h264-360', 'h264-240', 'aac-en', 'aac-low-en'];
const stored = (counts: Record<string, number>) =>
  Object.entries(counts).map(([rendition, segments]) => ({ rendition, segments }));

describe('the tier first', () => {
  it('is made of the whole ladder of H.264 and all sound', () => {
    expect(firstTracks(planned).toSorted()).toEqual(IDS.toSorted());
  });

  it('is due when two segments of every one of its tracks are stored, and no earlier', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4), { minLength: 4, maxLength: 4 }), (counts) => {
        const tracks = stored(Object.fromEntries(IDS.map((id, index) => [id, counts[index] ?? 0])));
        expect(isFirstDue(planned, tracks)).toBe(counts.every((count) => count >= 2));
      }),
    );
    expect(isFirstDue(planned, stored({ 'h264-360': 5, 'h264-240': 5, 'aac-en': 5 }))).toBe(false);
    expect(isFirstDue(planned, [])).toBe(false);
  });

  it('is never due for a source that is too short to have it', () => {
    const short = plan({ ...long, durationSeconds: 29 }, profile('web'));
    expect(firstTracks(short)).toEqual([]);
    expect(isFirstDue(short, stored(Object.fromEntries(IDS.map((id) => [id, 5]))))).toBe(false);
  });
});

describe('firstResult', () => {
  const written = (spec: TrackSpec, bytes: readonly number[]): WrittenTrack => {
    const folder = `videos/v/g1/segments/${spec.id}/a1`;
    const timescale = spec.kind === 'video' ? 30_000 : 48_000;
    const segments = bytes.map(
      (size, index): Segment => ({
        key: `${folder}/${index}`,
        start: index * 6 * timescale,
        duration: 6 * timescale,
        bytes: size,
        keyframes: [],
      }),
    );
    const init = { key: `${folder}/init.mp4`, bytes: 800 };
    return { spec, head: { codecs: 'c', timescale, init }, folder, pages: [], segments };
  };
  const result = (bytes: readonly number[]) =>
    firstResult(
      { source: long, plan: planned },
      'public',
      specsOf({ ...planned, renditions: planned.renditions.filter(({ codec }) => codec === 'h264') }).map((spec) =>
        written(spec, bytes),
      ),
      4.5,
    );

  it('has sizes and bit rates of what exists, and the length of the whole', () => {
    const data = result([60_000, 30_000]);
    expect(data).toMatchObject({
      tier: 'first',
      final: false,
      durationSeconds: 60,
      visibility: 'public',
      encodeSeconds: 4.5,
      subtitles: [],
    });
    expect(data.renditions.map(({ id, size, bitrate }) => [id, size, bitrate])).toEqual([
      ['h264-360', 90_800, 60_000],
      ['h264-240', 90_800, 60_000],
    ]);
    expect(data.audio.map(({ id, track }) => [id, track])).toEqual(
      ['aac-en', 'aac-low-en'].map((id) => [id, `videos/v/g1/segments/${id}/a1/track.json`]),
    );
  });

  it('announces as peak what the encoder may reach, or what it has reached if that is more', () => {
    const limits = planned.renditions.slice(0, 2).map(({ maxrate }) => maxrate);
    expect(result([60_000, 30_000]).renditions.map(({ peakBitrate }) => peakBitrate)).toEqual(limits);
    expect(result([6_000_000, 30_000]).renditions.map(({ peakBitrate }) => peakBitrate)).toEqual([
      8_000_000, 8_000_000,
    ]);
  });
});
