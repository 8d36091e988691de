import { sourceSchema } from '@rushes/shared/events';
import { type FrameTiming, type ProbedFile, probedFileSchema } from '@rushes/shared/media';
import { describe, expect, it } from 'vitest';
import { type Inspection, inspect } from './inspect.ts';

const limits = { maxPixels: 40_000_000, maxDurationSeconds: 86_400 };

type Fields = Record<string, unknown>;

const picture: Fields = {
  index: 0,
  codec_type: 'video',
  codec_name: 'h264',
  profile: 'High',
  width: 1920,
  height: 1080,
  sample_aspect_ratio: '1:1',
  pix_fmt: 'yuv420p',
  field_order: 'progressive',
  r_frame_rate: '30/1',
  avg_frame_rate: '30/1',
  start_time: '0.000000',
};
const sound: Fields = {
  index: 1,
  codec_type: 'audio',
  codec_name: 'aac',
  channels: 2,
  channel_layout: 'stereo',
  sample_rate: '48000',
};

function file(...streams: Fields[]): ProbedFile {
  return probedFileSchema.parse({
    streams,
    format: { format_name: 'mov,mp4,m4a,3gp', duration: '10.000000', bit_rate: '8000000', start_time: '0.000000' },
  });
}

function timing(changes: Partial<FrameTiming> = {}): FrameTiming {
  return { packets: 300, medianStep: 1 / 30, unevenShare: 0, gopSeconds: 2, end: 10, ...changes };
}

function sourceOf(inspection: Inspection) {
  if (inspection.kind === 'refused') throw inspection.failure;
  return inspection;
}
const look = (stream: Fields, changes: Partial<FrameTiming> = {}) =>
  sourceOf(inspect(file({ ...picture, ...stream }), timing(changes), 1000, limits)).source.video;

describe('inspect', () => {
  it('describes an ordinary clip as the events need it', () => {
    const inspection = sourceOf(
      inspect(file(picture, { ...sound, tags: { language: 'eng' } }), timing(), 73_400_320, limits),
    );
    expect(sourceSchema.safeParse(inspection.source).success).toBe(true);
    expect(inspection.warnings).toEqual([]);
    expect(inspection.source).toMatchObject({
      container: 'mov,mp4',
      durationSeconds: 10,
      size: 73_400_320,
      bitrate: 8_000_000,
      video: {
        codec: 'h264',
        displayWidth: 1920,
        displayHeight: 1080,
        rotation: 0,
        frameRate: '30/1',
        fps: 30,
        variableFrameRate: false,
        interlaced: false,
        bitDepth: 8,
        hdr: null,
        gopSeconds: 2,
        startSeconds: 0,
      },
      audio: [{ index: 1, codec: 'aac', channels: 2, language: 'en', default: false }],
      subtitles: [],
    });
  });

  it('does not take cover art for a video', () => {
    const cover = { ...picture, codec_name: 'mjpeg', disposition: { attached_pic: 1 } };
    expect(inspect(file(sound, cover), null, 1, limits)).toMatchObject({ failure: { code: 'no_video_stream' } });
    const both = sourceOf(inspect(file(cover, { ...picture, index: 2 }), timing(), 1, limits));
    expect(both.source.video.codec).toBe('h264');
  });

  it.each<[string, Fields]>([
    ['unsupported_codec', { codec_name: 'unknown' }],
    ['corrupt', { width: 0 }],
    ['too_large', { width: 12_000, height: 12_000 }],
  ])('refuses with %s what has %o', (code, fields) => {
    expect(inspect(file({ ...picture, ...fields }), timing(), 1, limits)).toMatchObject({
      kind: 'refused',
      failure: { code },
    });
  });

  it('refuses hours in a kilobyte, but not a few seconds in one', () => {
    const hour = probedFileSchema.parse({ streams: [picture], format: { duration: '3600' } });
    expect(inspect(hour, timing(), 1000, limits)).toMatchObject({ failure: { code: 'corrupt' } });
    expect(inspect(hour, timing(), 50_000, limits).kind).toBe('video');
    expect(inspect(file(picture), timing(), 100, limits).kind).toBe('video');
  });

  it('refuses what is longer than the limit', () => {
    const inspection = inspect(file(picture), timing(), 1, { ...limits, maxDurationSeconds: 9 });
    expect(inspection).toMatchObject({ failure: { code: 'too_long' } });
  });

  it('measures the length where the file does not tell it, and refuses what has no pictures', () => {
    const recording = probedFileSchema.parse({ streams: [picture], format: { start_time: '0.5' } });
    expect(sourceOf(inspect(recording, timing({ end: 3.5 }), 1, limits)).source.durationSeconds).toBe(3);
    expect(inspect(recording, timing({ end: null }), 1, limits)).toMatchObject({ failure: { code: 'corrupt' } });
  });

  it('turns the display size with the picture', () => {
    const turned = { side_data_list: [{ side_data_type: 'Display Matrix', rotation: -90 }] };
    expect(look(turned)).toMatchObject({ rotation: 90, displayWidth: 1080, displayHeight: 1920, width: 1920 });
    expect(look({ side_data_list: [{ rotation: 180 }] })).toMatchObject({ rotation: 180, displayWidth: 1920 });
    expect(look({ tags: { rotate: '270' } })).toMatchObject({ rotation: 270, displayWidth: 1080 });
  });

  it('makes pixels square, and ignores an aspect that no camera has', () => {
    expect(look({ width: 720, height: 576, sample_aspect_ratio: '64:45' })).toMatchObject({
      displayWidth: 1024,
      displayHeight: 576,
      sampleAspectRatio: '64:45',
    });
    expect(look({ sample_aspect_ratio: '0:1' })).toMatchObject({ displayWidth: 1920, sampleAspectRatio: '1:1' });
    expect(look({ sample_aspect_ratio: '1000:1' })).toMatchObject({ displayWidth: 1920 });
  });

  it('sees fields, bit depth and HDR', () => {
    expect(look({ field_order: 'tt' }).interlaced).toBe(true);
    expect(look({ pix_fmt: 'yuv422p10le' }).bitDepth).toBe(10);
    expect(look({ pix_fmt: 'p010le' }).bitDepth).toBe(10);
    expect(look({ pix_fmt: 'nv12' }).bitDepth).toBe(8);
    expect(look({ pix_fmt: 'yuv410p' }).bitDepth).toBe(8);
    expect(look({ color_transfer: 'smpte2084' }).hdr).toBe('pq');
    expect(look({ color_transfer: 'arib-std-b67' }).hdr).toBe('hlg');
    expect(look({ color_transfer: 'arib-std-b67', side_data_list: [{ dv_profile: 8 }] }).hdr).toBe('dolby-vision');
  });

  it('takes the order of fields from the pictures only where the file does not tell', () => {
    const fields = (stream: Fields) =>
      sourceOf(inspect(file({ ...picture, ...stream }), timing(), 1000, limits, 'bff')).source.video;
    expect(fields({ field_order: 'unknown' })).toMatchObject({ interlaced: true, fieldOrder: 'bff' });
    expect(fields({ field_order: undefined })).toMatchObject({ interlaced: true, fieldOrder: 'bff' });
    expect(fields({ field_order: 'progressive' })).toMatchObject({ interlaced: false });
    expect(fields({ field_order: 'tt' }).fieldOrder).toBeUndefined();
    expect(fields({ field_order: 'unknown', codec_name: 'vp9' }).interlaced).toBe(false);
    expect(look({ field_order: 'unknown' }).interlaced).toBe(false);
  });

  it('warns of what is in the file and cannot be shown', () => {
    const warned = (...streams: Fields[]) => sourceOf(inspect(file(...streams), timing(), 1, limits)).warnings;
    expect(warned(picture, { ...picture, index: 1 })).toMatchObject([{ code: 'several_videos' }]);
    expect(warned({ ...picture, side_data_list: [{ dv_profile: 5 }] })).toMatchObject([{ code: 'dolby_vision_only' }]);
    expect(
      warned({ ...picture, color_transfer: 'smpte2084', side_data_list: [{ dv_profile: 8 }] }).map(({ code }) => code),
    ).toEqual([]);
    expect(warned(picture, { index: 1, codec_type: 'subtitle', codec_name: 'dvd_subtitle' })).toEqual([
      { code: 'subtitles_unreadable', message: 'The subtitles of stream 1 are pictures, not text, and are left out.' },
    ]);
  });

  describe('the frame rate', () => {
    it('of a phone that drops pictures is the nominal one, and said to vary', () => {
      const clip = { r_frame_rate: '90000/2999', avg_frame_rate: '369000/13657' };
      const inspection = sourceOf(inspect(file({ ...picture, ...clip }), timing({ unevenShare: 0.1 }), 1, limits));
      expect(inspection.source.video).toMatchObject({ frameRate: '30/1', variableFrameRate: true });
      expect(inspection.warnings).toEqual([
        { code: 'variable_frame_rate', message: 'Frame rate varies; made constant at 30.' },
      ]);
    });

    it('of a screen recording is what is usual in it, not the grid that fits everything', () => {
      const recording = { r_frame_rate: '90000/1', avg_frame_rate: '20/1' };
      expect(look(recording, { medianStep: 0.083, unevenShare: 0.5 })).toMatchObject({ frameRate: '12/1' });
    });

    it('of interlaced video is that of pictures, not of fields', () => {
      const fields = { field_order: 'tt', r_frame_rate: '50/1', avg_frame_rate: '25/1' };
      expect(look(fields, { medianStep: 0.04 })).toMatchObject({ frameRate: '25/1', variableFrameRate: false });
    });

    it('does not vary where a header names it for all pictures, or where nothing has a time', () => {
      const uneven = { unevenShare: 0.1 };
      expect(look({ codec_name: 'mpeg2video' }, uneven).variableFrameRate).toBe(false);
      expect(look({ start_time: undefined, avg_frame_rate: '25/1' }).variableFrameRate).toBe(false);
    });

    it('is snapped to the standard one that is meant', () => {
      expect(look({ r_frame_rate: '2997/100', avg_frame_rate: '2997/100' })).toMatchObject({
        frameRate: '30000/1001',
        fps: 29.97,
      });
    });

    it('is 25 where nothing tells it', () => {
      const still = { r_frame_rate: '0/0', avg_frame_rate: '0/0' };
      expect(look(still, { medianStep: null })).toMatchObject({ frameRate: '25/1' });
    });
  });

  it('leaves out sound that cannot be decoded, and says so', () => {
    const inspection = sourceOf(
      inspect(file(picture, sound, { ...sound, index: 2, codec_name: 'unknown' }), timing(), 1, limits),
    );
    expect(inspection.source.audio).toHaveLength(1);
    expect(inspection.warnings).toMatchObject([{ code: 'audio_unreadable' }]);
  });

  it('tells how late each stream starts', () => {
    const late = sourceOf(
      inspect(file({ ...picture, start_time: '0.5' }, { ...sound, start_time: '1.45' }), timing(), 1, limits),
    );
    expect(late.source.video.startSeconds).toBe(0.5);
    expect(late.source.audio[0]?.startSeconds).toBe(1.45);
  });

  it('tells text subtitles from pictures of text', () => {
    const subtitles = ['mov_text', 'hdmv_pgs_subtitle'].map((codec_name, index) => ({
      index: index + 2,
      codec_type: 'subtitle',
      codec_name,
    }));
    const { source } = sourceOf(inspect(file(picture, ...subtitles), timing(), 1, limits));
    expect(source.subtitles.map(({ text }) => text)).toEqual([true, false]);
  });

  it('does not count the time before the first picture of Matroska as length', () => {
    const late = probedFileSchema.parse({
      streams: [{ ...picture, start_time: '10.000000' }],
      format: { format_name: 'matroska,webm', duration: '12.000000', start_time: '10.000000' },
    });
    const { source } = sourceOf(inspect(late, timing(), 1000, limits));
    expect(source).toMatchObject({ durationSeconds: 2, startSeconds: 10, video: { startSeconds: 0 } });
    expect(sourceOf(inspect(file(picture), timing(), 1000, limits)).source).not.toHaveProperty('startSeconds');
  });

  it('tells what sound and text are for, where the file says so', () => {
    const streams = [
      { ...sound, disposition: { comment: 1 } },
      { ...sound, index: 2, disposition: { visual_impaired: 1 } },
      { ...sound, index: 3, disposition: { default: 1 } },
      { index: 4, codec_type: 'subtitle', codec_name: 'subrip', disposition: { forced: 1 } },
    ];
    const { source } = sourceOf(inspect(file(picture, ...streams), timing(), 1000, limits));
    expect(source.audio.map(({ role }) => role)).toEqual(['commentary', 'description', undefined]);
    expect(source.subtitles).toMatchObject([{ text: true, forced: true }]);
  });

  it('warns of more subtitles than it offers', () => {
    const texts = Array.from({ length: 18 }, (_, index) => ({
      index: index + 1,
      codec_type: 'subtitle',
      codec_name: 'subrip',
    }));
    const { warnings } = sourceOf(inspect(file(picture, ...texts), timing(), 1000, limits));
    expect(warnings).toEqual([
      {
        code: 'subtitles_left_out',
        message: 'The file holds more than 16 tracks of subtitles; the last 2 are left out.',
      },
    ]);
  });
});
