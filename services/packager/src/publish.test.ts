import { Failure } from '@rushes/shared/errors';
import { thumbnailed } from '@rushes/shared/events';
import { createLogger } from '@rushes/shared/service';
import { a, VIDEO_ID } from '@rushes/shared/testing';
import { fold, type Video } from '@rushes/shared/video';
import { describe, expect, it } from 'vitest';
import { composePackage } from './core/compose.ts';
import type { PackageFacts } from './core/facts.ts';
import { FOLDER, samplePackage, sampleVideo } from './core/sample-facts.ts';
import { memoryStorage } from './memory-storage.ts';
import type { PublishContext } from './ports.ts';
import { publishPackage } from './publish.ts';

/** A video whose pictures are done, and a bucket with the media and facts that they were made from. */
function given(facts: PackageFacts = samplePackage()) {
  const bucket = memoryStorage();
  for (const { track, segments } of [...facts.videos, ...facts.audios]) {
    const [first, ...rest] = segments;
    const folder = track.init.key.slice(0, track.init.key.lastIndexOf('/'));
    // The first segment in a page, as in a video of more than a hundred.
    const page = `${folder}/page-00001.json`;
    bucket.store(page, JSON.stringify({ segments: first === undefined ? [] : [first] }));
    bucket.store(`${folder}/track.json`, JSON.stringify({ ...track, pages: [page], segments: rest }));
    bucket.store(track.init.key, Buffer.alloc(track.init.bytes));
    for (const { key, bytes } of segments) bucket.store(key, Buffer.alloc(bytes));
  }
  if (facts.mp4 != null) bucket.store(facts.mp4.key, Buffer.alloc(facts.mp4.size));
  const pictures = thumbnailed(
    { videoId: VIDEO_ID, generation: 1, service: 'test', now: new Date(0), discriminator: 'standard' },
    {
      tier: 'standard',
      final: true,
      poster: { time: 1, width: 1280, height: 720, jpeg: 'p.jpg', webp: 'p.webp' },
      renditions: facts.videos.map(({ rendition }) => rendition),
      audio: facts.audios.map(({ audio }) => audio),
      subtitles: [],
      mp4: facts.mp4,
      durationSeconds: 14.014,
      visibility: 'public',
    },
  );
  const video = fold([a.requested(), a.uploaded(), a.inspected(), a.transcoded(), pictures]) as Video;
  const stop = new AbortController();
  const context: PublishContext = {
    video,
    job: 'standard',
    signal: stop.signal,
    log: createLogger('packager', 'silent'),
    progress: () => undefined,
  };
  return { bucket, context, stop, media: { storage: bucket.storage, bucket: 'media' } };
}

const codeOf = (error: unknown) => (error instanceof Failure ? error.code : String(error));

describe('publishPackage', () => {
  it('writes media playlists first, then the manifest, and the master last', async () => {
    const { bucket, context, media } = given();
    await publishPackage(media, context);
    expect(bucket.writes).toEqual(composePackage(samplePackage()).map(({ key }) => key));
    expect(bucket.writes.slice(-2)).toEqual([`${FOLDER}/dash/manifest.mpd`, `${FOLDER}/hls/master.m3u8`]);
  });

  it('says what kind of document each is, and that caches keep it for a minute', async () => {
    const { bucket, context, media } = given();
    await publishPackage(media, context);
    expect(bucket.objects.get(`${FOLDER}/hls/master.m3u8`)).toMatchObject({
      contentType: 'application/vnd.apple.mpegurl',
      cacheControl: 'public, max-age=60',
    });
    expect(bucket.objects.get(`${FOLDER}/dash/manifest.mpd`)?.contentType).toBe('application/dash+xml');
  });

  it('answers with the data of packaged', async () => {
    const { context, media } = given();
    const facts = samplePackage();
    const data = await publishPackage(media, context);
    expect(data).toMatchObject({
      tier: 'standard',
      final: true,
      hls: { key: `${FOLDER}/hls/master.m3u8` },
      dash: { key: `${FOLDER}/dash/manifest.mpd` },
      renditions: facts.videos.map(({ rendition }) => rendition),
    });
    const sizes = [
      ...facts.videos.map(({ rendition }) => rendition.size),
      ...facts.audios.map(({ audio }) => audio.size),
    ];
    expect(data.bytes).toBe(sizes.reduce((sum, size) => sum + size, 0));
    expect(data.checks.passed).toBeGreaterThan(40);
  });

  it('names the file for sharing where there is one, and counts its bytes', async () => {
    const mp4 = { key: `${FOLDER}/segments/mp4/a1/video.mp4`, size: 4_000 };
    const [without, with_] = [given(), given(samplePackage({ mp4 }))];
    const before = await publishPackage(without.media, without.context);
    const data = await publishPackage(with_.media, with_.context);
    expect(before.mp4).toBeNull();
    expect(data.mp4).toEqual({ key: mp4.key });
    expect(data.bytes).toBe(before.bytes + mp4.size);
  });

  it.each([
    ['is missing', null],
    ['has another size', 3_999],
  ])('publishes nothing when the file for sharing %s', async (_, size) => {
    const mp4 = { key: `${FOLDER}/segments/mp4/a1/video.mp4`, size: 4_000 };
    const { bucket, context, media } = given(samplePackage({ mp4 }));
    bucket.objects.delete(mp4.key);
    if (size !== null) bucket.store(mp4.key, Buffer.alloc(size));
    await expect(publishPackage(media, context)).rejects.toSatisfy(
      (error) => codeOf(error) === 'package_invalid' && String(error).includes('rule storage.mp4'),
    );
    expect(bucket.writes).toEqual([]);
  });

  it('writes nothing the second time', async () => {
    const { bucket, context, media } = given();
    const first = await publishPackage(media, context);
    bucket.writes.length = 0;
    expect(await publishPackage(media, context)).toEqual(first);
    expect(bucket.writes).toEqual([]);
  });

  it('replaces what an earlier tier published', async () => {
    const { bucket, context, media } = given();
    const fewer = samplePackage({ videos: [sampleVideo({ frames: [180, 180] })] });
    for (const { key, text, contentType } of composePackage(fewer)) bucket.store(key, text, contentType);
    await publishPackage(media, context);
    const master = bucket.objects.get(`${FOLDER}/hls/master.m3u8`)?.body.toString();
    expect(master).toBe(composePackage(samplePackage()).at(-1)?.text);
  });

  it('reads and decides again when somebody writes the same key in between', async () => {
    const { bucket, context, media } = given();
    const key = `${FOLDER}/hls/master.m3u8`;
    let raced = false;
    const put: typeof media.storage.put = async (name, target, body, options) => {
      if (target === key && !raced) {
        raced = true;
        bucket.store(key, '#EXTM3U\n');
      }
      return bucket.storage.put(name, target, body, options);
    };
    await publishPackage({ ...media, storage: { ...bucket.storage, put } }, context);
    expect(raced).toBe(true);
    expect(bucket.objects.get(key)?.body.toString()).toBe(composePackage(samplePackage()).at(-1)?.text);
  });

  it('leaves a master alone that names more than our facts, and asks to be tried again', async () => {
    const { bucket, context, media } = given();
    const more = samplePackage({ videos: [...samplePackage().videos, sampleVideo({ id: 'av1-720' })] });
    const master = composePackage(more).at(-1)?.text ?? '';
    bucket.store(`${FOLDER}/hls/master.m3u8`, master);
    await expect(publishPackage(media, context)).rejects.toSatisfy((error) => codeOf(error) === 'internal');
    expect(bucket.objects.get(`${FOLDER}/hls/master.m3u8`)?.body.toString()).toBe(master);
  });

  it('publishes nothing when a segment is missing, and names the rule', async () => {
    const { bucket, context, media } = given();
    bucket.objects.delete(`${FOLDER}/segments/h264-480/a1/00002.m4s`);
    await expect(publishPackage(media, context)).rejects.toSatisfy(
      (error) => codeOf(error) === 'package_invalid' && String(error).includes('rule storage.playlists'),
    );
    expect(bucket.writes).toEqual([]);
  });

  it('refuses facts that are missing or are not facts', async () => {
    const { bucket, context, media } = given();
    bucket.store(`${FOLDER}/segments/aac-en/a1/track.json`, 'not JSON');
    await expect(publishPackage(media, context)).rejects.toSatisfy((error) => codeOf(error) === 'package_invalid');
    bucket.objects.delete(`${FOLDER}/segments/aac-en/a1/track.json`);
    await expect(publishPackage(media, context)).rejects.toSatisfy((error) => codeOf(error) === 'package_invalid');
  });

  it('asks to be tried again when the history read lags behind the message', async () => {
    const { context, media } = given();
    const video = fold([a.requested(), a.uploaded(), a.inspected(), a.transcoded()]) as Video;
    await expect(publishPackage(media, { ...context, video })).rejects.toSatisfy(
      (error) => codeOf(error) === 'internal',
    );
  });

  it('writes nothing more once it is stopped', async () => {
    const { bucket, context, media, stop } = given();
    const reason = new Error('the claim is lost');
    const put: typeof media.storage.put = (...call) => {
      if (bucket.writes.length === 2) stop.abort(reason);
      return bucket.storage.put(...call);
    };
    await expect(publishPackage({ ...media, storage: { ...bucket.storage, put } }, context)).rejects.toBe(reason);
    expect(bucket.writes).toHaveLength(3);
  });
});
