import { describe, expect, it } from 'vitest';
import { parsePackagerConfig } from './config.ts';

const env = {
  NATS_URL: 'nats://127.0.0.1:4222',
  UPLOADS_BUCKET: 'rushes-uploads',
  MEDIA_BUCKET: 'rushes-media',
  SCRATCH_DIR: '/tmp/packager',
};

describe('parsePackagerConfig', () => {
  it('needs NATS, the buckets and a scratch folder, and has defaults for the rest', () => {
    expect(parsePackagerConfig(env)).toMatchObject({ HOST: '127.0.0.1', CONCURRENCY: 1, ACK_WAIT: 30_000 });
    expect(parsePackagerConfig(env).GENERATION_GRACE).toBe(86_400_000);
    expect(parsePackagerConfig({ ...env, GENERATION_GRACE: '2s' }).GENERATION_GRACE).toBe(2_000);
  });

  it('names every variable that is wrong', () => {
    const wrong = { ...env, MEDIA_BUCKET: '', CONCURRENCY: 'many' };
    expect(() => parsePackagerConfig(wrong)).toThrow(/MEDIA_BUCKET[\s\S]*CONCURRENCY/);
  });
});
