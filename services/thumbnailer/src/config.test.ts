import { describe, expect, it } from 'vitest';
import { parseThumbnailerConfig } from './config.ts';

const env = {
  NATS_URL: 'nats://127.0.0.1:4222',
  UPLOADS_BUCKET: 'rushes-uploads',
  MEDIA_BUCKET: 'rushes-media',
  SCRATCH_DIR: '/tmp/thumbnailer',
};

describe('parseThumbnailerConfig', () => {
  it('needs NATS, the buckets and a scratch folder, and has defaults for the rest', () => {
    expect(parseThumbnailerConfig(env)).toMatchObject({ FFMPEG_PATH: 'ffmpeg', CONCURRENCY: 1 });
  });

  it('names every variable that is wrong', () => {
    const wrong = { ...env, SCRATCH_DIR: '', ACK_WAIT: 'soon' };
    expect(() => parseThumbnailerConfig(wrong)).toThrow(/ACK_WAIT[\s\S]*SCRATCH_DIR/);
  });
});
