import { describe, expect, it } from 'vitest';
import { parseTranscoderConfig } from './config.ts';

const env = {
  NATS_URL: 'nats://127.0.0.1:4222',
  UPLOADS_BUCKET: 'rushes-uploads',
  MEDIA_BUCKET: 'rushes-media',
  SCRATCH_DIR: '/tmp/transcoder',
};

describe('parseTranscoderConfig', () => {
  it('needs NATS, the buckets and a scratch folder, and has defaults for the rest', () => {
    expect(parseTranscoderConfig(env)).toMatchObject({
      HOST: '127.0.0.1',
      CONCURRENCY: 1,
      ACK_WAIT: 30_000,
      QUALITY: 'none',
    });
  });

  it('shares no video with other workers unless it is told with how many', () => {
    expect(parseTranscoderConfig(env).PIECES).toBe(1);
    expect(parseTranscoderConfig({ ...env, PIECES: '4' }).PIECES).toBe(4);
    expect(() => parseTranscoderConfig({ ...env, PIECES: '17' })).toThrow(/PIECES/);
  });

  it('names every variable that is wrong', () => {
    const wrong = { ...env, MEDIA_BUCKET: '', CONCURRENCY: 'many', QUALITY: 'high' };
    expect(() => parseTranscoderConfig(wrong)).toThrow(/MEDIA_BUCKET[\s\S]*CONCURRENCY[\s\S]*QUALITY/);
  });
});
