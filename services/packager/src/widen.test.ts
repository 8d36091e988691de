import { describe, expect, it } from 'vitest';
import { composePackage } from './core/compose.ts';
import { FOLDER, growing, sampleAudio, samplePackage, sampleVideo } from './core/sample-facts.ts';
import { FRAMES, given, published, SOUND, whole } from './sample-growth.ts';
import { storeFacts } from './sample-published.ts';

describe('growVideo after a head start', () => {
  const ladder = samplePackage({
    videos: [
      ...whole.videos,
      sampleVideo({ id: 'h264-240', width: 426, height: 240, bitrate: 20_000, frames: FRAMES }),
    ],
    audios: [...whole.audios, sampleAudio({ id: 'aac-low-en', bitrate: 8_000, durations: SOUND })],
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
