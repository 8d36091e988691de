import type { Plan } from '@rushes/shared/events';
import { parseProfiles } from '@rushes/shared/profiles';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plan } from './plan.ts';
import { profile, source } from './source-fixture.ts';

const ids = (planned: Plan) => planned.renditions.map((rendition) => rendition.id);

describe('plan', () => {
  it('makes the H.264 ladder first, and the profile’s further codecs in a tier of their own', () => {
    const h264 = ['h264-1080', 'h264-720', 'h264-480', 'h264-360', 'h264-240'];
    const av1 = ['av1-1080', 'av1-720', 'av1-480', 'av1-360'];
    const hevc = ['hevc-1080', 'hevc-720', 'hevc-480'];
    expect(plan(source(), profile('fast')).tiers).toEqual([{ tier: 'standard', renditions: h264 }]);
    expect(plan(source(), profile('web')).tiers).toEqual([
      { tier: 'standard', renditions: h264 },
      { tier: 'extended', renditions: av1 },
    ]);
    expect(plan(source(), profile('max')).tiers.at(-1)).toEqual({ tier: 'extended', renditions: [...hevc, ...av1] });
    expect(plan(source(), profile('max')).profile).toBe('max');
  });

  it('lets a video of half a minute and more play while it is made', () => {
    const tiers = (durationSeconds: number) =>
      plan({ ...source(), durationSeconds }, profile('web')).tiers.map(({ tier }) => tier);
    expect(tiers(29.9)).toEqual(['standard', 'extended']);
    expect(tiers(30)).toEqual(['first', 'standard', 'extended']);
  });

  it('offers more than 1080 lines by profile', () => {
    const uhd = source({ width: 3840, height: 2160 });
    const h264 = (name: string) => ids(plan(uhd, profile(name))).filter((id) => id.startsWith('h264'));
    expect(h264('fast')[0]).toBe('h264-1080');
    expect(h264('web').slice(0, 2)).toEqual(['h264-2160', 'h264-1080']);
    expect(h264('max').slice(0, 3)).toEqual(['h264-2160', 'h264-1440', 'h264-1080']);
  });

  it('has no further codec where none pays', () => {
    expect(plan(source({ width: 320, height: 240 }), profile('max')).tiers).toEqual([
      { tier: 'standard', renditions: ['h264-240'] },
    ]);
  });

  it('makes what a profile of one’s own says', () => {
    const archive = parseProfiles({ archive: { codecs: ['vp9', 'h264'], rungs: [480, 1080] } }).get('archive');
    if (archive === undefined) throw new Error('no profile');
    expect(ids(plan(source(), archive))).toEqual(['h264-1080', 'h264-480', 'vp9-1080', 'vp9-480']);
  });

  it('puts all renditions on one grid of two-second GOPs and six-second segments', () => {
    expect(plan(source({ frameRate: '30000/1001', fps: 29.97 }), profile('fast'))).toMatchObject({
      gopFrames: 60,
      segmentSeconds: 6.006,
    });
    expect(plan(source({ frameRate: '10/1', fps: 10 }), profile('fast'))).toMatchObject({
      gopFrames: 20,
      segmentSeconds: 6,
    });
    expect(plan(source({ frameRate: '120/1', fps: 120 }), profile('fast'))).toMatchObject({
      frameRate: '60/1',
      gopFrames: 120,
    });
  });

  it('makes two bit rates of sound where the ladder has a rung for slow lines, else one', () => {
    const audio = [{ language: 'en' }];
    expect(plan(source({}, audio), profile('fast')).audio).toEqual([
      { id: 'aac-en', codec: 'aac', channels: 2, bitrate: 128_000, language: 'en', label: 'English', sourceStream: 1 },
      {
        id: 'aac-low-en',
        codec: 'aac',
        channels: 2,
        bitrate: 48_000,
        language: 'en',
        label: 'English',
        sourceStream: 1,
      },
    ]);
    expect(plan(source({ width: 320, height: 180 }, audio), profile('fast')).audio.map(({ id }) => id)).toEqual([
      'aac-en',
    ]);
  });

  it('keeps mono mono and mixes everything else to stereo', () => {
    const channels = (count: number) => plan(source({}, [{ channels: count }]), profile('fast')).audio[0]?.channels;
    expect([1, 2, 6, 8].map(channels)).toEqual([1, 2, 2, 2]);
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
      profile('web'),
    );
    expect(planned.reasons).toEqual([
      'HLG tone-mapped for SDR',
      'rotation applied',
      'pixels of 4:3 made square',
      'deinterlaced',
      'variable frame rate made constant',
      'no sound',
    ]);
    expect(plan(source(), profile('fast')).reasons).toEqual([]);
  });

  const language = fc.constantFrom('en', 'de', 'fr', 'ja', null);
  const sources = fc
    .record({
      width: fc.integer({ min: 2, max: 9000 }),
      height: fc.integer({ min: 2, max: 9000 }),
      rate: fc.constantFrom('24000/1001', '25/1', '30/1', '60/1', '120/1', '12/1', '1/1'),
      audio: fc.array(
        fc.record({
          language,
          default: fc.boolean(),
          channels: fc.integer({ min: 1, max: 8 }),
          layout: fc.constantFrom('stereo', '5.1', '7.1', null),
          title: fc.option(fc.string()),
        }),
        { maxLength: 40 },
      ),
      profile: fc.constantFrom('fast', 'web', 'max').map(profile),
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

  it('has even rungs that fall strictly, codec by codec, none larger than the source, each with its reason', () => {
    fc.assert(
      fc.property(sources, ({ source: { video }, profile }) => {
        const { renditions } = plan(source({ ...video }), profile);
        for (const { width, height, maxrate, bufsize, reason } of renditions) {
          expect(width % 2).toBe(0);
          expect(height % 2).toBe(0);
          expect(width).toBeLessThanOrEqual(video.displayWidth);
          expect(height).toBeLessThanOrEqual(video.displayHeight);
          expect(bufsize).toBeLessThanOrEqual(2 * maxrate);
          expect(reason).not.toBe('');
        }
        for (const rungs of Map.groupBy(renditions, ({ codec }) => codec).values()) {
          for (const [index, { width, height, maxrate }] of rungs.entries()) {
            const above = rungs[index - 1];
            if (above === undefined) continue;
            expect(width * height).toBeLessThan(above.width * above.height);
            expect(Math.min(width, height)).toBeLessThan(Math.min(above.width, above.height));
            expect(maxrate).toBeLessThan(above.maxrate);
          }
        }
      }),
    );
  });

  it('has each rendition in one tier of encoding, H.264 in the first of them', () => {
    fc.assert(
      fc.property(sources, ({ source, profile }) => {
        const { tiers, renditions } = plan(source, profile);
        const encoded = tiers.filter(({ tier }) => tier !== 'first');
        expect(encoded.flatMap((tier) => tier.renditions)).toEqual(ids(plan(source, profile)));
        expect(encoded[0]?.renditions).toEqual(renditions.filter(({ codec }) => codec === 'h264').map(({ id }) => id));
      }),
    );
  });

  it('names the lowest level of H.264 that a rendition keeps', () => {
    const levels = (video: object) => plan(source(video), profile('max')).renditions.map(({ level }) => level);
    expect(levels({}).slice(0, 5)).toEqual(['4.0', '3.1', '3.1', '3.0', '2.1']);
    expect(levels({ frameRate: '60/1', fps: 60 }).slice(0, 3)).toEqual(['4.2', '3.2', '3.1']);
    expect(levels({ width: 3840, height: 2160 })[0]).toBe('5.1');
    expect(
      levels({})
        .slice(5)
        .every((level) => level === undefined),
    ).toBe(true);
  });

  it('keeps the aspect within one pixel: the long side is the nearest even one', () => {
    fc.assert(
      fc.property(sources, ({ source: { video }, profile }) => {
        const { displayWidth, displayHeight } = video;
        const [long, short] = [Math.max(displayWidth, displayHeight), Math.min(displayWidth, displayHeight)];
        // Thinner pictures keep two lines at least, whatever that does to their aspect.
        fc.pre(long / short <= 4 && short >= 64);
        const all = plan(source({ ...video }), profile).renditions;
        const [largest, ...lower] = all.filter(({ codec }) => codec === 'h264');
        const sizes = new Set(all.map(({ width, height }) => `${width}x${height}`));
        // Further codecs are made from the very same pictures.
        expect(sizes.size).toBe(lower.length + 1);
        if (short <= (profile.rungs[0] ?? 0) && long <= 8192) {
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
