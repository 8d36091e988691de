import { Failure } from '@rushes/shared/errors';
import { createLogger } from '@rushes/shared/service';
import { a } from '@rushes/shared/testing';
import { fold, type Video } from '@rushes/shared/video';
import { describe, expect, it } from 'vitest';
import { composePackage } from './core/compose.ts';
import type { PackageFacts } from './core/facts.ts';
import { FOLDER, growing, samplePackage, sampleVideo } from './core/sample-facts.ts';
import { memoryStorage } from './memory-storage.ts';
import type { PublishContext } from './ports.ts';
import { publishPackage } from './publish.ts';
import { picturesOf, storeFacts } from './sample-published.ts';

/** A video whose pictures are done, and a bucket with the media and facts that they were made from. */
function given(facts: PackageFacts = samplePackage()) {
  const bucket = memoryStorage();
  storeFacts(bucket, facts);
  const begun = [a.requested(), a.uploaded(), a.inspected(), a.transcoded(facts.tier)];
  const video = fold([...begun, picturesOf(facts)]) as Video;
  const stop = new AbortController();
  const context: PublishContext = {
    video,
    job: facts.tier,
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

describe('publishPackage of the tier first', () => {
  const begun = growing(samplePackage(), 2, 2, 3);

  it('publishes open playlists for two seconds, and no manifest', async () => {
    const { bucket, context, media } = given(begun);
    const data = await publishPackage(media, context);
    expect(data).toMatchObject({ tier: 'first', final: false, hls: { key: `${FOLDER}/hls/master.m3u8` }, dash: null });
    expect(bucket.writes.some((key) => key.endsWith('.mpd'))).toBe(false);
    for (const key of bucket.writes) {
      const { body, cacheControl } = bucket.objects.get(key) ?? {};
      expect(cacheControl).toBe('public, max-age=2');
      expect(body?.toString()).not.toContain('ENDLIST');
    }
  });

  it('is followed by the whole in the same playlists, with the same target duration and the same first segments', async () => {
    const { bucket, context, media } = given(begun);
    await publishPackage(media, context);
    const entries = (text = '') =>
      text.split('\n').filter((line) => !line.startsWith('#EXT-X-') || /TARGET|MAP/.test(line));
    const before = new Map([...bucket.objects].map(([key, { body }]) => [key, body.toString()]));
    const whole = given();
    for (const [key, { body }] of bucket.objects) if (key.endsWith('.m3u8')) whole.bucket.store(key, body);
    await publishPackage(whole.media, whole.context);
    for (const [key, text] of before) {
      if (!key.endsWith('.m3u8') || key.endsWith('master.m3u8')) continue;
      const after = whole.bucket.objects.get(key)?.body.toString();
      expect(after).toContain('#EXT-X-PLAYLIST-TYPE:VOD');
      expect(after).not.toContain('#EXT-X-START');
      expect(after?.endsWith('#EXT-X-ENDLIST\n')).toBe(true);
      const listed = entries(text);
      expect(entries(after).slice(0, listed.length - 1)).toEqual(listed.slice(0, -1));
    }
  });

  it('leaves playlists alone that somebody has finished meanwhile', async () => {
    const { bucket, context, media } = given(begun);
    const [whole] = composePackage(samplePackage());
    bucket.store(whole?.key ?? '', whole?.text ?? '');
    await expect(publishPackage(media, context)).rejects.toSatisfy((error) => codeOf(error) === 'internal');
    expect(bucket.objects.get(whole?.key ?? '')?.body.toString()).toBe(whole?.text);
  });
});
