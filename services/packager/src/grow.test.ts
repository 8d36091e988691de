import { type InspectedData, inspected, type VideoEvent } from '@rushes/shared/events';
import { createLogger } from '@rushes/shared/service';
import { a, createMemoryLog, VIDEO_ID } from '@rushes/shared/testing';
import { segmentSubject } from '@rushes/shared/tracks';
import { describe, expect, it } from 'vitest';
import { composePackage } from './core/compose.ts';
import type { PackageFacts } from './core/facts.ts';
import { FOLDER, growing, sampleAudio, samplePackage, sampleVideo } from './core/sample-facts.ts';
import { growVideo } from './grow.ts';
import { memoryStorage } from './memory-storage.ts';
import { picturesOf, storeFacts } from './sample-published.ts';

const FRAMES = [180, 180, 180, 180, 60];
const SOUND = [288_768, 288_768, 288_768, 288_768, 95_232];
/** A ladder of two with sound, of which the growing package is the beginning. */
const whole = samplePackage({
  videos: [sampleVideo({ frames: FRAMES }), sampleVideo({ id: 'h264-480', width: 854, height: 480, frames: FRAMES })],
  audios: [sampleAudio({ durations: SOUND })],
});

/** The plan that the ladder was made by. */
function planned({ videos, audios }: PackageFacts): VideoEvent {
  const { data } = a.inspected();
  const plan: InspectedData['plan'] = {
    ...data.plan,
    renditions: videos.map(({ id, rendition: { codec, width, height } }) => ({
      ...{ id, codec, width, height, crf: 23, maxrate: 3_500_000, bufsize: 5_250_000 },
      ...{ mode: 'encode', reason: '' },
    })),
    audio: audios.map(({ id, audio: { channels, bitrate, language } }) => ({
      ...{ id, codec: 'aac', channels, bitrate, language, sourceStream: 1 },
    })),
  };
  return inspected({ videoId: VIDEO_ID, generation: 1, service: 'test', now: new Date(0) }, { ...data, plan });
}

/** A video that plays with the beginning of `first`, of a ladder that is being made. */
function given(first = growing(whole, 2), ladder = whole) {
  const bucket = memoryStorage();
  storeFacts(bucket, first);
  for (const { key, text, contentType, cacheControl } of composePackage(first)) {
    bucket.store(key, text, contentType, cacheControl);
  }
  const eventLog = createMemoryLog('packager', () => new Date(0));
  const begun = [a.requested(), a.uploaded(), planned(ladder), a.transcoded('first'), picturesOf(first)];
  eventLog.add(...begun, a.packaged('first'));
  const deps = {
    ...{ eventLog, storage: bucket.storage, bucket: 'media' },
    ...{ log: createLogger('packager', 'silent'), told: new Set<string>() },
  };
  const { signal } = new AbortController();
  const send = (body: unknown, subject = segmentSubject(VIDEO_ID)) =>
    growVideo(deps, { subject, body: typeof body === 'string' ? body : JSON.stringify(body), signal });
  /** Announces what facts hold, as the transcoder does. */
  const announce = (facts: PackageFacts, generation = 1) =>
    send({
      ...{ generation, attempt: 1 },
      tracks: [...facts.videos, ...facts.audios].map(({ id, track, segments }) => ({
        ...{ rendition: id, segments: segments.length },
        track: track.init.key.replace('init.mp4', 'track.json'),
      })),
    });
  /** Stores what facts hold, and announces it. */
  const encode = (facts: PackageFacts) => {
    storeFacts(bucket, facts);
    return announce(facts);
  };
  const text = (name: string) => bucket.objects.get(`${FOLDER}/hls/${name}`)?.body.toString();
  bucket.writes.length = 0;
  return { bucket, deps, eventLog, send, announce, encode, text };
}

/** What a package would be published as. */
const published = (facts: PackageFacts, name: string) =>
  composePackage(facts).find(({ key }) => key.endsWith(`/${name}`))?.text;
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

describe('growVideo after a head start', () => {
  const ladder = samplePackage({
    videos: [
      ...whole.videos,
      sampleVideo({ id: 'h264-240', width: 426, height: 240, bitrate: 110_000, frames: FRAMES }),
    ],
    audios: [...whole.audios, sampleAudio({ id: 'aac-low-en', bitrate: 48_000, durations: SOUND })],
  });
  const [high, middle, low] = ladder.videos;
  const [sound, lowSound] = ladder.audios;
  if (!high || !middle || !low || !sound || !lowSound) throw new Error('the ladder lacks a track');
  const headStart = { ...ladder, videos: [middle], audios: [sound] };
  /** Only the middle rung and its sound are listed. */
  const start = () => given(growing(headStart, 2), ladder);
  const variantsOf = (master = '') =>
    master
      .split('\n')
      .filter((line) => /^[^#].*m3u8$/.test(line))
      .toSorted();

  it('lists a picture once it is as long as the shortest listed one, and its sound with it', async () => {
    const { bucket, encode, text } = start();
    // high, middle, low, then the sounds.
    await encode(growing(ladder, 1, 2, 2, 2, 2));
    expect(variantsOf(text('master.m3u8'))).toEqual(['h264-240.m3u8', 'h264-480.m3u8']);
    expect(text('h264-720.m3u8')).toBeUndefined();
    expect(text('h264-240.m3u8')).toBe(published(growing(ladder, 2), 'h264-240.m3u8'));
    expect(text('aac-low-en.m3u8')).toBeDefined();
    expect(text('master.m3u8')).toContain('GROUP-ID="audio-low",NAME="English",LANGUAGE="en"');

    await encode(growing(ladder, 3));
    expect(variantsOf(text('master.m3u8'))).toEqual(['h264-240.m3u8', 'h264-480.m3u8', 'h264-720.m3u8']);
    // The plan's limit is above what was measured.
    const high = text('master.m3u8')
      ?.split('\n')
      .find((line) => line.includes('RESOLUTION=1280x720'));
    expect(Number(/BANDWIDTH=(\d+)/.exec(high ?? '')?.[1])).toBeGreaterThanOrEqual(3_500_000);
    expect(bucket.objects.get(`${FOLDER}/hls/master.m3u8`)?.cacheControl).toBe('public, max-age=2');

    bucket.writes.length = 0;
    await encode(growing(ladder, 4));
    expect(bucket.writes).not.toContain(`${FOLDER}/hls/master.m3u8`);
    for (const name of ['h264-720', 'h264-240-iframes', 'aac-low-en']) {
      expect(text(`${name}.m3u8`)).toBe(published(growing(ladder, 4), `${name}.m3u8`));
    }
  });

  it('does not list a picture that lags behind', async () => {
    const { encode, text } = start();
    await encode(growing(ladder, 2, 4, 2, 4, 4));
    expect(variantsOf(text('master.m3u8'))).toEqual(['h264-480.m3u8']);
  });

  it('does not rewrite the master for a sound alone', async () => {
    const { bucket, encode } = start();
    await encode(growing({ ...ladder, videos: [middle] }, 3));
    expect(bucket.writes).not.toContain(`${FOLDER}/hls/master.m3u8`);
  });

  it('leaves the master alone once the whole is being published', async () => {
    const { bucket, encode, text } = start();
    for (const { key, text: vod } of composePackage(headStart))
      if (!key.endsWith('master.m3u8')) bucket.store(key, vod);
    const master = text('master.m3u8');
    await encode(growing(ladder, 4));
    expect(text('master.m3u8')).toBe(master);
  });

  it('lists them all when the master is written by others meanwhile', async () => {
    const { bucket, deps, encode, text } = start();
    const key = `${FOLDER}/hls/master.m3u8`;
    const { put } = bucket.storage;
    let raced = false;
    deps.storage = {
      ...bucket.storage,
      put: (name, target, body, options) => {
        if (target === key && !raced) {
          raced = true;
          bucket.store(key, published(growing({ ...ladder, videos: [middle, low] }, 2), 'master.m3u8') ?? '');
        }
        return put(name, target, body, options);
      },
    };
    await encode(growing(ladder, 3));
    expect(raced).toBe(true);
    expect(variantsOf(text('master.m3u8'))).toEqual(['h264-240.m3u8', 'h264-480.m3u8', 'h264-720.m3u8']);
  });

  it('lists nothing of which a segment is missing', async () => {
    const { bucket, announce, text } = start();
    storeFacts(bucket, growing(ladder, 3));
    bucket.objects.delete(`${FOLDER}/segments/h264-240/a1/00002.m4s`);
    const master = text('master.m3u8');
    expect(await announce(growing(ladder, 3))).toEqual({ kind: 'ack' });
    expect(text('master.m3u8')).toBe(master);
    expect(text('h264-240.m3u8')).toBeUndefined();
  });
});
