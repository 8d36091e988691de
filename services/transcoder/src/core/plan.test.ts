import type { Plan } from '@rushes/shared/events';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plan } from './plan.ts';
import { source } from './source-fixture.ts';

const ids = (planned: Plan) => planned.renditions.map((rendition) => rendition.id);

describe('plan', () => {
  it('makes the H.264 ladder in one tier, whatever the profile', () => {
    for (const profile of ['fast', 'web', 'max']) {
      const planned = plan(source(), profile);
      expect(planned.profile).toBe(profile);
      expect(ids(planned)).toEqual(['h264-1080', 'h264-720', 'h264-480', 'h264-360', 'h264-240']);
      expect(planned.tiers).toEqual([{ tier: 'standard', renditions: ids(planned) }]);
    }
  });

  it('puts all renditions on one grid of two-second GOPs and six-second segments', () => {
    expect(plan(source({ frameRate: '30000/1001', fps: 29.97 }), 'fast')).toMatchObject({
      gopFrames: 60,
      segmentSeconds: 6.006,
    });
    expect(plan(source({ frameRate: '10/1', fps: 10 }), 'fast')).toMatchObject({ gopFrames: 20, segmentSeconds: 6 });
    expect(plan(source({ frameRate: '120/1', fps: 120 }), 'fast')).toMatchObject({ frameRate: '60/1', gopFrames: 120 });
  });

  it('makes two bit rates of sound where the ladder has a rung for slow lines, else one', () => {
    const audio = [{ language: 'en' }];
    expect(plan(source({}, audio), 'fast').audio).toEqual([
      { id: 'aac-en', codec: 'aac', channels: 2, bitrate: 128_000, language: 'en', sourceStream: 1 },
      { id: 'aac-low-en', codec: 'aac', channels: 2, bitrate: 48_000, language: 'en', sourceStream: 1 },
    ]);
    expect(plan(source({ width: 320, height: 180 }, audio), 'fast').audio.map(({ id }) => id)).toEqual(['aac-en']);
  });

  it('keeps mono mono and mixes everything else to stereo', () => {
    const channels = (count: number) => plan(source({}, [{ channels: count }]), 'fast').audio[0]?.channels;
    expect([1, 2, 6, 8].map(channels)).toEqual([1, 2, 2, 2]);
  });

  it('takes one track a language: its default one, the default language first', () => {
    const planned = plan(
      source({ width: 320, height: 180 }, [
        { language: 'en', title: 'Commentary' },
        { language: 'en', title: 'Film', default: true },
        { language: 'de' },
        { language: null },
      ]),
      'fast',
    );
    expect(planned.audio.map(({ id, sourceStream }) => [id, sourceStream])).toEqual([
      ['aac-en', 2],
      ['aac-de', 3],
      ['aac-und', 4],
    ]);
    expect(planned.reasons).toContain('1 further sound tracks of the same languages left out');
  });

  it('says what it does to the picture, for a person', () => {
    const planned = plan(
      source(
        {
          hdr: 'hlg',
          colorTransfer: 'arib-std-b67',
          rotation: 90,
          sampleAspectRatio: '4:3',
          interlaced: true,
          variableFrameRate: true,
        },
        [],
      ),
      'web',
    );
    expect(planned.reasons).toEqual([
      'HLG tone-mapped for SDR',
      'rotation applied',
      'pixels of 4:3 made square',
      'deinterlaced',
      'variable frame rate made constant',
      'no sound',
    ]);
    expect(plan(source(), 'fast').reasons).toEqual([]);
  });

  const language = fc.constantFrom('en', 'de', 'fr', 'ja', null);
  const sources = fc
    .record({
      width: fc.integer({ min: 2, max: 9000 }),
      height: fc.integer({ min: 2, max: 9000 }),
      rate: fc.constantFrom('24000/1001', '25/1', '30/1', '60/1', '120/1', '12/1', '1/1'),
      audio: fc.array(fc.record({ language, default: fc.boolean(), channels: fc.integer({ min: 1, max: 8 }) }), {
        maxLength: 40,
      }),
      profile: fc.constantFrom('fast', 'web', 'max'),
    })
    .map(({ width, height, rate, audio, profile }) => {
      const [num = 25, den = 1] = rate.split('/').map(Number);
      return { source: source({ width, height, frameRate: rate, fps: num / den }, audio), profile };
    });

  it('has unique ids, at least one rendition, and never more of anything than an event may list', () => {
    fc.assert(
      fc.property(sources, ({ source, profile }) => {
        const planned = plan(source, profile);
        const all = [...ids(planned), ...planned.audio.map((track) => track.id)];
        expect(new Set(all).size).toBe(all.length);
        expect(planned.renditions.length).toBeGreaterThanOrEqual(1);
        expect(all.length).toBeLessThanOrEqual(64);
      }),
    );
  });

  it('is the same for the same source and profile', () => {
    fc.assert(
      fc.property(sources, ({ source, profile }) => {
        expect(plan(structuredClone(source), profile)).toEqual(plan(source, profile));
      }),
    );
  });

  it('has even rungs that fall strictly, none larger than the source, each with its reason', () => {
    fc.assert(
      fc.property(sources, ({ source: { video }, profile }) => {
        const { renditions } = plan(source({ ...video }), profile);
        for (const [index, { width, height, maxrate, bufsize, reason }] of renditions.entries()) {
          expect(width % 2).toBe(0);
          expect(height % 2).toBe(0);
          expect(width).toBeLessThanOrEqual(video.displayWidth);
          expect(height).toBeLessThanOrEqual(video.displayHeight);
          expect(bufsize).toBeLessThanOrEqual(2 * maxrate);
          expect(reason).not.toBe('');
          const above = renditions[index - 1];
          if (above === undefined) continue;
          expect(width * height).toBeLessThan(above.width * above.height);
          expect(Math.min(width, height)).toBeLessThan(Math.min(above.width, above.height));
          expect(maxrate).toBeLessThan(above.maxrate);
        }
      }),
    );
  });

  it('keeps the aspect within one pixel: the long side is the nearest even one', () => {
    fc.assert(
      fc.property(sources, ({ source: { video }, profile }) => {
        const { displayWidth, displayHeight } = video;
        const [long, short] = [Math.max(displayWidth, displayHeight), Math.min(displayWidth, displayHeight)];
        // Thinner pictures keep two lines at least, whatever that does to their aspect.
        fc.pre(long / short <= 4 && short >= 64);
        const [largest, ...lower] = plan(source({ ...video }), profile).renditions;
        if (short <= 2160 && long <= 8192) {
          expect(displayWidth - (largest?.width ?? 0)).toBeLessThanOrEqual(1);
          expect(displayHeight - (largest?.height ?? 0)).toBeLessThanOrEqual(1);
        }
        for (const { width, height } of lower) {
          expect(Math.abs(Math.max(width, height) - (long * Math.min(width, height)) / short)).toBeLessThanOrEqual(
            1.001,
          );
        }
      }),
    );
  });

  it('runs at 5 to 60 pictures a second, on a grid that its segments keep', () => {
    fc.assert(
      fc.property(sources, ({ source, profile }) => {
        const { frameRate, gopFrames, segmentSeconds } = plan(source, profile);
        const [num = 0, den = 1] = frameRate.split('/').map(Number);
        expect(num / den).toBeGreaterThanOrEqual(5);
        expect(num / den).toBeLessThanOrEqual(60);
        expect(gopFrames).toBe(Math.round((2 * num) / den));
        expect(segmentSeconds).toBeCloseTo((3 * gopFrames * den) / num, 5);
      }),
    );
  });
});
