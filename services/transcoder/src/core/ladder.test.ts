import { CODECS, type Codec } from '@rushes/shared/profiles';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ladder } from './ladder.ts';

const RUNGS = [2160, 1080, 720, 480, 360, 240] as const;
const rungsOf = (width: number, height: number, rate = 30, codec: Codec = 'h264') =>
  ladder({ width, height }, rate, codec, RUNGS);
const sizes = (width: number, height: number, rate = 30) =>
  rungsOf(width, height, rate).map((rung) => `${rung.width}x${rung.height}`);

describe('ladder', () => {
  it.each([
    [1920, 1080, ['1920x1080', '1280x720', '854x480', '640x360', '426x240']],
    [1080, 1920, ['1080x1920', '720x1280', '480x854', '360x640', '240x426']],
    [3840, 2160, ['3840x2160', '1920x1080', '1280x720', '854x480', '640x360', '426x240']],
    [7680, 4320, ['3840x2160', '1920x1080', '1280x720', '854x480', '640x360', '426x240']],
    [720, 405, ['720x404', '640x360', '426x240']],
    [64, 36, ['64x36']],
    [1, 1, ['2x2']],
    [720, 720, ['720x720', '480x480', '360x360', '240x240']],
  ])('of %i×%i has the source’s own size and the standard sizes below', (width, height, expected) => {
    expect(sizes(width, height)).toEqual(expected);
  });

  it('leaves out a standard size right below the source’s own', () => {
    expect(sizes(1936, 1088)).toEqual(['1936x1088', '1282x720', '854x480', '640x360', '428x240']);
    expect(sizes(444, 250)).toEqual(['444x250']);
  });

  it('caps the lowest rung for slow lines, unless it is the only one', () => {
    const low = rungsOf(640, 360, 30).at(-1);
    expect(low).toMatchObject({ short: 240, crf: 25, maxrate: 120_000, bufsize: 120_000, low: true });
    expect(rungsOf(320, 240, 30)).toMatchObject([{ short: 240, maxrate: 450_000, low: false }]);
  });

  it('offers further codecs in the sizes of H.264, as far down as they pay', () => {
    const both = (codec: Codec) => rungsOf(1080, 1920, 30, codec).map(({ width, height }) => `${width}x${height}`);
    expect(both('av1')).toEqual(both('h264').slice(0, 4));
    expect(both('hevc')).toEqual(both('h264').slice(0, 3));
    expect(rungsOf(426, 240, 30, 'av1')).toEqual([]);
  });

  it('uses the measured caps, and half as much again for fast pictures', () => {
    expect(rungsOf(1920, 1080, 30)[0]).toMatchObject({
      crf: 23,
      maxrate: 6_000_000,
      bufsize: 9_000_000,
    });
    expect(rungsOf(1920, 1080, 60)[0]).toMatchObject({ maxrate: 9_000_000 });
  });

  it('is even, never larger than the source, falling, and keeps the aspect within two pixels', () => {
    const side = fc.integer({ min: 2, max: 8192 });
    const codecs = fc.constantFrom(...CODECS);
    fc.assert(
      fc.property(side, side, fc.integer({ min: 5, max: 60 }), codecs, (width, height, rate, codec) => {
        const rungs = rungsOf(width, height, rate, codec);
        expect(new Set(rungs.map((rung) => rung.short)).size).toBe(rungs.length);
        rungs.forEach((rung, index) => {
          expect((rung.width % 2) + (rung.height % 2)).toBe(0);
          expect(rung.width).toBeLessThanOrEqual(width);
          expect(rung.height).toBeLessThanOrEqual(height);
          const above = rungs[index - 1];
          if (above !== undefined) {
            expect(rung.short).toBeLessThan(above.short);
            expect(rung.maxrate).toBeLessThan(above.maxrate);
          }
          const scale = rung.short / Math.min(width, height);
          expect(Math.abs(Math.max(rung.width, rung.height) - Math.max(width, height) * scale)).toBeLessThanOrEqual(
            2 * Math.max(width / height, height / width) + 2,
          );
        });
      }),
    );
  });
});
