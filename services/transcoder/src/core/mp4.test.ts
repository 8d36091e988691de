import { parseProfiles } from '@rushes/shared/profiles';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WITHOUT_MP4 } from './mp4.ts';
import { plan } from './plan.ts';
import { profile, source } from './source-fixture.ts';

const wanted = (rungs: number[], codecs = ['h264']) => {
  const found = parseProfiles({ own: { codecs, rungs, mp4: true } }).get('own');
  if (found === undefined) throw new Error('no profile');
  return found;
};
const ALL = [2160, 1440, 1080, 720, 480, 360, 240];

describe('the file for sharing in a plan', () => {
  it('is the largest H.264 rendition of at most 720 lines with the usual sound', () => {
    expect(plan(source({}, [{ language: 'en' }]), wanted(ALL, ['h264', 'av1'])).mp4).toEqual({
      rendition: 'h264-720',
      audio: 'aac-en',
      reason: 'the largest rendition of at most 720 lines',
    });
  });

  it('is the largest there is of a source that is smaller, and silent where the source is', () => {
    expect(plan(source({ width: 640, height: 360 }, []), wanted(ALL)).mp4).toEqual({
      rendition: 'h264-360',
      audio: null,
      reason: 'the largest rendition',
    });
  });

  it('goes by the short side of a portrait', () => {
    expect(plan(source({ width: 1080, height: 1920 }), wanted(ALL)).mp4?.rendition).toBe('h264-720');
  });

  it('has the sound that plays unasked', () => {
    const languages = [{ language: 'de' }, { language: 'en', default: true }];
    expect(plan(source({}, languages), wanted(ALL)).mp4?.audio).toBe('aac-en');
  });

  it('is none, with the reason, where no rendition is small enough', () => {
    const planned = plan(source({ width: 1310, height: 736 }), wanted([1080, 720]));
    expect(planned.mp4).toBeNull();
    expect(planned.reasons).toContain(WITHOUT_MP4);
  });

  it('is not in the plan of a profile that does not want it', () => {
    expect(plan(source(), profile('web'))).not.toHaveProperty('mp4');
  });

  it('names tracks of its own plan, whatever the source', () => {
    const side = fc.integer({ min: 16, max: 8192 });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 0, max: 3 }), (width, height, sounds) => {
        const planned = plan(source({ width, height }, Array(sounds).fill({})), wanted(ALL, ['h264', 'vp9']));
        const { mp4, renditions, audio } = planned;
        const rendition = renditions.find(({ id }) => id === mp4?.rendition);
        if (mp4 == null) return expect(planned.reasons).toContain(WITHOUT_MP4);
        expect(rendition?.codec).toBe('h264');
        expect(Math.min(rendition?.width ?? 0, rendition?.height ?? 0)).toBeLessThanOrEqual(720);
        if (sounds > 0) expect(audio.map(({ id }) => id)).toContain(mp4.audio);
      }),
    );
  });
});

describe('a profile', () => {
  it('that wants the file has to offer a size for it', () => {
    expect(() => wanted([1080])).toThrow('/own/mp4: needs a rung of at most 720');
  });
});
