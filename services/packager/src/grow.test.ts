import { a, createMemoryLog, VIDEO_ID } from '@rushes/shared/testing';
import { segmentSubject } from '@rushes/shared/tracks';
import { describe, expect, it } from 'vitest';
import { FOLDER, growing } from './core/sample-facts.ts';
import { given, published, whole } from './sample-growth.ts';
import { storeFacts } from './sample-published.ts';

const MEDIA = ['h264-720', 'h264-720-iframes', 'h264-480', 'h264-480-iframes', 'aac-en'].map((name) => `${name}.m3u8`);

describe('growVideo', () => {
  it('makes each playlist as long as the facts, and keeps the master', async () => {
    const { bucket, encode, text } = given();
    const master = text('master.m3u8');
    const grown = growing(whole, 4, 3, 5);
    expect(await encode(grown)).toEqual({ kind: 'ack' });
    for (const name of MEDIA) expect(text(name)).toBe(published(grown, name));
    expect(text('master.m3u8')).toBe(master);
    expect(bucket.objects.get(`${FOLDER}/hls/aac-en.m3u8`)).toMatchObject({
      contentType: 'application/vnd.apple.mpegurl',
      cacheControl: 'public, max-age=2',
    });
    expect(bucket.writes.toSorted()).toEqual(MEDIA.map((name) => `${FOLDER}/hls/${name}`).toSorted());
  });

  it('takes more from the facts than was announced', async () => {
    const { bucket, announce, text } = given();
    storeFacts(bucket, growing(whole, 4));
    await announce(growing(whole, 3));
    for (const name of MEDIA) expect(text(name)).toBe(published(growing(whole, 4), name));
  });

  it('writes nothing for an announcement that comes twice or late, and reads no facts for it', async () => {
    const { bucket, encode, announce, text } = given();
    await encode(growing(whole, 4));
    bucket.writes.length = 0;
    for (const key of bucket.objects.keys()) if (key.endsWith('track.json')) bucket.objects.delete(key);
    expect(await announce(growing(whole, 4))).toEqual({ kind: 'ack' });
    expect(await announce(growing(whole, 3))).toEqual({ kind: 'ack' });
    expect(bucket.writes).toEqual([]);
    expect(text('h264-720.m3u8')).toBe(published(growing(whole, 4), 'h264-720.m3u8'));
  });

  it('comes to the same when two workers have the same news at once', async () => {
    const { bucket, announce, text } = given();
    storeFacts(bucket, growing(whole, 4));
    await Promise.all([announce(growing(whole, 4)), announce(growing(whole, 3)), announce(growing(whole, 4))]);
    for (const name of MEDIA) expect(text(name)).toBe(published(growing(whole, 4), name));
  });

  it('reads and decides again when somebody else writes in between, and leaves what has ended', async () => {
    const { bucket, deps, encode, text } = given();
    const key = `${FOLDER}/hls/h264-720.m3u8`;
    const vod = published(whole, 'h264-720.m3u8') ?? '';
    const { put } = bucket.storage;
    deps.storage = {
      ...bucket.storage,
      put: (name, target, body, options) => {
        if (target === key && text('h264-720.m3u8') !== vod) bucket.store(key, vod);
        return put(name, target, body, options);
      },
    };
    await encode(growing(whole, 4));
    expect(text('h264-720.m3u8')).toBe(vod);
    expect(text('h264-480.m3u8')).toBe(published(growing(whole, 4), 'h264-480.m3u8'));
  });

  it('makes up for a crash between the two playlists of a picture', async () => {
    const { bucket, encode, text } = given();
    const media = published(growing(whole, 4), 'h264-720.m3u8') ?? '';
    bucket.store(`${FOLDER}/hls/h264-720.m3u8`, media);
    await encode(growing(whole, 4));
    expect(text('h264-720-iframes.m3u8')).toBe(published(growing(whole, 4), 'h264-720-iframes.m3u8'));
    expect(text('h264-720.m3u8')).toBe(media);
  });

  it('lists no segment that is not stored', async () => {
    const { bucket, announce, text } = given();
    storeFacts(bucket, growing(whole, 4));
    bucket.objects.delete(`${FOLDER}/segments/h264-720/a1/00004.m4s`);
    expect(await announce(growing(whole, 4))).toEqual({ kind: 'ack' });
    expect(text('h264-720.m3u8')).toBe(published(growing(whole, 2), 'h264-720.m3u8'));
    expect(text('h264-480.m3u8')).toBe(published(growing(whole, 4), 'h264-480.m3u8'));
  });

  it('leaves a track alone whose facts are missing or no facts', async () => {
    const { bucket, announce, text } = given();
    storeFacts(bucket, growing(whole, 4));
    bucket.store(`${FOLDER}/segments/h264-720/a1/track.json`, '{');
    bucket.objects.delete(`${FOLDER}/segments/aac-en/a1/track.json`);
    expect(await announce(growing(whole, 4))).toEqual({ kind: 'ack' });
    expect(text('h264-720.m3u8')).toBe(published(growing(whole, 2), 'h264-720.m3u8'));
    expect(text('aac-en.m3u8')).toBe(published(growing(whole, 2), 'aac-en.m3u8'));
    expect(text('h264-480.m3u8')).toBe(published(growing(whole, 4), 'h264-480.m3u8'));
  });

  it('waits while nothing is published, and is done when the whole is', async () => {
    const { bucket, deps, eventLog, encode } = given();
    const early = createMemoryLog('packager', () => new Date(0));
    early.add(a.requested(), a.uploaded(), a.inspected(), a.transcoded('first'));
    deps.eventLog = early;
    expect(await encode(growing(whole, 4))).toEqual({ kind: 'nak', delayMs: 1_000 });
    eventLog.add(a.transcoded(), a.thumbnailed(), a.packaged());
    deps.eventLog = eventLog;
    expect(await encode(whole)).toEqual({ kind: 'ack' });
    expect(bucket.writes).toEqual([]);
  });

  it('drops what it cannot read, what is of an unknown video, and facts of elsewhere', async () => {
    const { bucket, send } = given();
    const track = `videos/${VIDEO_ID}/g2/segments/h264-720/a1/track.json`;
    const news = { generation: 1, attempt: 1, tracks: [{ rendition: 'h264-720', track, segments: 9 }] };
    expect(await send('{')).toEqual({ kind: 'ack' });
    expect(await send({ ...news, generation: 0 })).toEqual({ kind: 'ack' });
    expect(await send(news, segmentSubject('0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5f'))).toEqual({ kind: 'ack' });
    expect(await send(news)).toEqual({ kind: 'ack' });
    expect(bucket.writes).toEqual([]);
  });

  it('ends the playlists where they stand when it hears that the generation is closed', async () => {
    const { eventLog, encode, text } = given();
    eventLog.add(a.reprocessed());
    await encode(growing(whole, 4));
    for (const name of MEDIA) expect(text(name)).toBe(`${published(growing(whole, 2), name)}#EXT-X-ENDLIST\n`);
  });
});
