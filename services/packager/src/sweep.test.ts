import { subjectOf, type VideoEvent } from '@rushes/shared/events';
import { createLogger } from '@rushes/shared/service';
import { a, VIDEO_ID } from '@rushes/shared/testing';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from './memory-storage.ts';
import { SECOND_PASS_MS, sweep } from './sweep.ts';

const OTHER = '0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5f';

function given(msAfter: number) {
  const bucket = memoryStorage();
  for (const folder of [`videos/${VIDEO_ID}`, `signed/${VIDEO_ID}`, `videos/${OTHER}`]) {
    bucket.store(`${folder}/g1/hls/master.m3u8`, '#EXTM3U\n');
  }
  const deletedAt = Date.parse(a.deleted().time);
  const deps = {
    storage: bucket.storage,
    bucket: 'media',
    now: () => new Date(deletedAt + msAfter),
    log: createLogger('packager', 'silent'),
  };
  const deliver = (event: VideoEvent) => sweep(deps, { subject: subjectOf(event), body: JSON.stringify(event) });
  return { bucket, deps, deliver };
}

describe('sweep', () => {
  it('removes everything of a deleted video and nothing of others, and comes back an hour after', async () => {
    const { bucket, deliver } = given(1_000);
    expect(await deliver(a.deleted())).toEqual({ kind: 'nak', delayMs: SECOND_PASS_MS - 1_000 });
    expect([...bucket.objects.keys()]).toEqual([`videos/${OTHER}/g1/hls/master.m3u8`]);
  });

  it('is done after the second pass', async () => {
    const { bucket, deliver } = given(SECOND_PASS_MS);
    expect(await deliver(a.deleted())).toEqual({ kind: 'ack' });
    expect(bucket.objects.size).toBe(1);
  });

  it('leaves media alone for every other event', async () => {
    const { bucket, deliver } = given(0);
    for (const event of [a.failed(), a.packaged()]) expect(await deliver(event)).toEqual({ kind: 'ack' });
    expect(bucket.objects.size).toBe(3);
  });

  it('removes nothing for what is not an event', async () => {
    const { bucket, deps } = given(0);
    const foreign = { subject: `video.deleted.${VIDEO_ID}`, body: '{"subject":"../"}' };
    expect(await sweep(deps, foreign)).toEqual({ kind: 'ack' });
    expect(bucket.objects.size).toBe(3);
  });
});
