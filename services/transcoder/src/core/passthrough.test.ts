import type { Plan, SourceVideo } from '@rushes/shared/events';
import { type ProbedStream, probedFileSchema } from '@rushes/shared/media';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodedInstead, isCandidate, isCopying, passOn } from './passthrough.ts';
import { plan } from './plan.ts';
import { profile, source } from './source-fixture.ts';
import type { Survey } from './survey.ts';

const RATE = { num: 30, den: 1 };

function streamOf(about: Record<string, unknown> = {}): ProbedStream {
  const [stream] = probedFileSchema.parse({ streams: [{ index: 0, field_order: 'progressive', ...about }] }).streams;
  if (stream === undefined) throw new Error('no stream');
  return stream;
}

/** A minute with the bit rate of a video for the web. */
const web = (video: Partial<SourceVideo> = {}, container = 'mov,mp4') => ({
  ...source({ displayHeight: video.height ?? 1080, ...video }, [{}], container),
  durationSeconds: 60,
  bitrate: 1_500_000,
});

/** GOPs of two seconds with so many bit/s. */
function surveyOf(seconds: number, bitrate: (gop: number) => number, about: Partial<Survey> = {}): Survey {
  const gops = Array.from({ length: seconds / 2 }, (_, gop) => gop);
  return {
    keyframes: gops.map((gop) => gop * 60),
    frames: seconds * 30,
    delay: 2,
    gopBytes: gops.map((gop) => bitrate(gop) / 4),
    profile: 100,
    level: 40,
    ...about,
  };
}

const candidate = (video: Partial<SourceVideo> = {}, stream: Record<string, unknown> = {}) =>
  isCandidate(web(video), streamOf(stream), plan(web(video), profile('fast')));

describe('isCandidate', () => {
  it('takes an ordinary recording, marked as BT.709 or not', () => {
    expect(candidate()).toBe(true);
    expect(candidate({ profile: 'Main', colorRange: 'tv', colorSpace: 'bt709' }, { duration: 60 })).toBe(true);
    expect(candidate({ width: 640, height: 360, colorSpace: 'bt709' })).toBe(true);
    const inMatroska = web({}, 'matroska,webm');
    expect(isCandidate(inMatroska, streamOf(), plan(inMatroska, profile('fast')))).toBe(true);
  });

  it.each<[string, Partial<SourceVideo>, Record<string, unknown>?]>([
    ['another codec', { codec: 'hevc' }],
    ['a profile that not everything plays', { profile: 'High 10' }],
    ['4:2:2', { pixelFormat: 'yuv422p' }],
    ['10 bits', { pixelFormat: 'yuv420p10le', bitDepth: 10 }],
    ['HDR', { hdr: 'hlg', colorTransfer: 'arib-std-b67' }],
    ['full range', { colorRange: 'pc' }],
    ['colours of BT.601', { colorSpace: 'smpte170m' }],
    ['other primaries', { colorSpace: 'bt709', colorPrimaries: 'bt2020' }],
    ['another transfer function', { colorSpace: 'bt709', colorTransfer: 'iec61966-2-1' }],
    ['no marks below 720 lines', { width: 640, height: 360 }],
    ['two fields', { interlaced: true }],
    ['fields that nobody knows', {}, { field_order: 'unknown' }],
    ['rotation', { rotation: 90, displayWidth: 1080, displayHeight: 1920 }],
    ['other than square pixels', { sampleAspectRatio: '4:3', displayWidth: 2560 }],
    ['an odd size', { width: 1281, height: 721 }],
    ['more lines than are offered', { width: 3840, height: 2160 }],
    ['more pictures a second than are offered', { frameRate: '120/1', fps: 120 }],
    ['a rate that varies', { variableFrameRate: true }],
    ['a late beginning', { startSeconds: 0.1 }],
    ['a picture that is cropped by its container', {}, { side_data_list: [{ side_data_type: 'Frame Cropping' }] }],
    ['no smaller rendition', { width: 256, height: 240, colorSpace: 'bt709' }],
  ])('does not take %s', (_title, video, stream) => {
    expect(candidate(video, stream)).toBe(false);
  });

  it.each([
    ['a short video', { ...web(), durationSeconds: 11.9 }],
    ['many times the bits that are of use', { ...web(), bitrate: 13_000_000 }],
    ['a container that is vague about times', web({}, 'mpegts')],
  ])('does not take %s', (_title, made) => {
    expect(isCandidate(made, streamOf(), plan(made, profile('fast')))).toBe(false);
  });
});

function passed(survey: Survey, name = 'max', stream = streamOf({ duration: 60 })): Plan | string {
  return passOn(web(), stream, plan(web(), profile(name)), RATE, survey);
}
function planned(survey: Survey, name?: string): Plan {
  const decided = passed(survey, name);
  if (typeof decided === 'string') throw new Error(decided);
  return decided;
}

describe('passOn', () => {
  it('copies the largest rendition of H.264 and none else, and says so', () => {
    const made = planned(surveyOf(60, () => 4_000_000));
    expect(made.grid).toBe('source');
    expect(made.segmentSeconds).toBe(6);
    expect(made.renditions.filter(({ mode }) => mode === 'copy').map(({ id }) => id)).toEqual(['h264-1080']);
    expect(made.renditions[0]?.reason).toMatch(/own pictures/);
    expect(made.reasons.at(-1)).toMatch(/keyframes are the source's own/);
    expect(made.tiers).toEqual(plan(web(), profile('max')).tiers);
    expect(isCopying(made)).toBe(true);
    expect(isCopying(encodedInstead(made))).toBe(false);
    expect(encodedInstead(made).grid).toBe('source');
  });

  it('caps what is copied at what it reaches where that is more than the usual cap', () => {
    const peaky = planned(
      surveyOf(60, (gop) => (gop < 3 ? 9_000_000 : 3_000_000)),
      'fast',
    );
    expect(peaky.renditions[0]).toMatchObject({ mode: 'copy', maxrate: 9_000_000, bufsize: 13_500_000 });
    expect(planned(surveyOf(60, () => 3_000_000)).renditions[0]).toMatchObject({ maxrate: 6_000_000 });
  });

  it('lets no other rendition take more bits than the source, nor a level for more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 760_000, max: 6_000_000 }), (bitrate) => {
        const before = plan(web(), profile('max'));
        const made = planned(surveyOf(60, () => bitrate));
        for (const [index, rendition] of made.renditions.entries()) {
          if (rendition.mode === 'copy') continue;
          const usual = before.renditions[index];
          expect(rendition.maxrate).toBe(Math.min(usual?.maxrate ?? 0, bitrate));
          expect(rendition.bufsize).toBeLessThanOrEqual(usual?.bufsize ?? 0);
          if (rendition.low) expect(rendition.bufsize).toBe(rendition.maxrate);
          expect(Number(rendition.level ?? 0)).toBeLessThanOrEqual(Number(usual?.level ?? 0));
        }
      }),
    );
  });

  it.each<[string, Survey, RegExp]>([
    ['more bits than are of use', surveyOf(60, () => 6_100_000), /6100000 bit\/s where 6000000/],
    ['far too many in one segment', surveyOf(60, (gop) => (gop < 3 ? 13_000_000 : 1_000_000)), /up to 13000000 bit\/s/],
    ['hardly any', surveyOf(60, () => 700_000), /no larger than what is smaller/],
    ['a level that not everything plays', surveyOf(60, () => 4_000_000, { level: 60 }), /level/],
    ['a profile that not everything plays', surveyOf(60, () => 4_000_000, { profile: 88 }), /profile/],
    ['another length than it announces', surveyOf(58, () => 4_000_000), /another length/],
  ])('refuses %s', (_title, survey, reason) => {
    expect(passed(survey)).toMatch(reason);
  });

  it('does not take a crowded second at the end for a segment', () => {
    const survey = surveyOf(62, (gop) => (gop === 30 ? 20_000_000 : 3_000_000));
    expect(passed(survey, 'fast', streamOf())).toMatchObject({ grid: 'source' });
  });
});
