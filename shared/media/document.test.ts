import { describe, expect, it } from 'vitest';
import { probedFileSchema } from './document.ts';

describe('probedFileSchema', () => {
  it('reads numbers that ffprobe writes as text', () => {
    const file = probedFileSchema.parse({
      streams: [{ index: 0, codec_type: 'audio', sample_rate: '48000', start_time: '-0.021333', channels: 2 }],
      format: { format_name: 'mov,mp4', duration: '61.400000', size: '73400320' },
    });
    expect(file.streams[0]).toMatchObject({ sample_rate: 48000, start_time: -0.021333, channels: 2 });
    expect(file.format).toEqual({ format_name: 'mov,mp4', duration: 61.4, size: 73400320 });
  });

  it('takes what is absent, N/A or of a wrong type as not known', () => {
    const file = probedFileSchema.parse({
      streams: [
        { index: 0, width: {}, duration: 'N/A', tags: 'none', disposition: null, side_data_list: {}, profile: 77 },
      ],
    });
    expect(file.streams[0]).toMatchObject({
      width: undefined,
      duration: undefined,
      profile: undefined,
      tags: {},
      disposition: {},
      side_data_list: [],
    });
    expect(file.format.duration).toBeUndefined();
  });

  it('refuses a stream without an index, since nothing could be mapped to it', () => {
    expect(probedFileSchema.safeParse({ streams: [{ codec_type: 'video' }] }).success).toBe(false);
  });
});
