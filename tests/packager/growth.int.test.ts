import { join } from 'node:path';
import type { VideoView } from '@rushes/shared/video';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, getEvents, getVideo, until } from '../setup/client.ts';
import { type GrowthStand, type PlayedVideo, startGrowthStand } from './played-transcoder.ts';
import { run } from './tools.ts';

/** Playing while it is encoded: the test encodes, packager and thumbnailer are the real ones. */
let stand: GrowthStand;
beforeAll(async () => {
  stand = await startGrowthStand();
});
afterAll(() => stand?.end());

const NAMES = ['h264-360', 'h264-180', 'aac-en', 'h264-360-iframes', 'h264-180-iframes'];

async function untilPlayable({ id }: PlayedVideo): Promise<VideoView> {
  return until(
    `${id} to be playable`,
    () => getVideo(stand.api, id),
    ({ status }) => status === 'playable',
  );
}

/** A video of which two segments of each track were encoded, listed and published. */
async function playable(): Promise<PlayedVideo> {
  const video = await stand.begin();
  await video.store(2);
  await video.transcoded('first', [2]);
  await untilPlayable(video);
  return video;
}

/** A playlist as a player gets it. */
async function playlist({ id }: PlayedVideo, name: string) {
  const response = await fetch(`${stand.api.origin}/media/videos/${id}/g1/hls/${name}.m3u8`);
  return { text: await response.text(), caching: response.headers.get('cache-control'), status: response.status };
}

async function playlists(video: PlayedVideo): Promise<Map<string, string>> {
  return new Map(await Promise.all(NAMES.map(async (name) => [name, (await playlist(video, name)).text] as const)));
}

const segmentsOf = (text = '') => text.match(/^\.\.\/segments.*\.m4s$/gm) ?? [];
const lengthOf = (text: string) => new Set(segmentsOf(text)).size;

/** Waits until every playlist lists so many segments; what they are then. */
const untilLong = (video: PlayedVideo, segments: number) =>
  until(
    `${video.id} to be ${segments} segments long`,
    () => playlists(video),
    (texts) => [...texts.values()].every((text) => lengthOf(text) === segments),
    20,
  );

async function md5s(input: readonly string[], frames: number): Promise<string[]> {
  const output = ['-map', '0:v:0', '-frames:v', String(frames), '-f', 'framemd5', '-'];
  const out = await run(stand.ffmpeg, ['-v', 'error', ...input, ...output]);
  const lines = out.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => line.split(',').at(-1) ?? '');
}

describe('a video that plays while it is encoded', () => {
  let video: PlayedVideo;

  it('plays from its beginning, with a poster, and with no manifest yet', async () => {
    video = await stand.begin();
    await video.store(2);
    await video.transcoded('first', [2]);
    // Comes before anything is published, and has to wait for that.
    await video.announce(2);
    const { playback, durationSeconds, thumbnails, final } = await untilPlayable(video);
    expect(playback).toMatchObject({ dash: null, mp4: null });
    expect({ durationSeconds, final }).toEqual({ durationSeconds: 27, final: false });
    expect(thumbnails).toMatchObject({ storyboard: null, preview: null });
    expect((await fetch(thumbnails?.poster.jpeg ?? '')).status).toBe(200);
    expect(thumbnails?.images).toHaveLength(4);
    const master = await playlist(video, 'master');
    expect(master.caching).toBe('public, max-age=2');
    expect(master.text).toContain('#EXT-X-STREAM-INF:BANDWIDTH=6');
    for (const name of NAMES) {
      const { text, caching } = await playlist(video, name);
      expect(caching).toBe('public, max-age=2');
      expect(text).toContain('#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-START:TIME-OFFSET=0\n');
      expect(text).not.toContain('ENDLIST');
      expect(lengthOf(text)).toBe(2);
    }
    expect((await playlist(video, '../dash/manifest')).status).toBe(404);
  });

  it('grows with what is announced, and only ever gets longer', async () => {
    const before = await playlists(video);
    await video.store(3);
    await video.announce(3);
    const grown = await untilLong(video, 3);
    for (const [name, text] of before) expect(grown.get(name)?.startsWith(text)).toBe(true);

    await video.store(4);
    await Promise.all([video.announce(4), video.announce(4), video.announce(4)]);
    const longer = await untilLong(video, 4);
    await video.announce(3);
    await stand.untilGrown();
    expect(await playlists(video)).toEqual(longer);
    for (const [name, text] of grown) expect(longer.get(name)?.startsWith(text)).toBe(true);
  });

  it('decodes up to where it is, picture by picture as it was encoded', async () => {
    const { playback } = await getVideo(stand.api, video.id);
    // The last GOP stays in the decoder, which waits for what follows: the list has no end.
    const frames = 4 * 180 - 60;
    const played = await md5s(
      ['-live_start_index', '0', '-i', playback?.hls.replace('master', 'h264-180') ?? ''],
      frames,
    );
    expect(played).toHaveLength(frames);
    expect(played).toEqual(await md5s(['-i', join(stand.encoded, 'h264-180.mp4')], frames));
  });

  it('becomes whole in the same playlists, which a late announcement does not open again', async () => {
    const before = await playlists(video);
    const target = (text = '') => /TARGETDURATION:(\d+)/.exec(text)?.[1];
    await video.store();
    await video.announce();
    await video.transcoded('standard', []);
    const { playback, thumbnails } = await until(
      'the video to be ready',
      () => getVideo(stand.api, video.id),
      ({ status }) => status === 'ready',
    );
    expect((await fetch(playback?.dash ?? '')).status).toBe(200);
    expect(thumbnails?.storyboard).not.toBeNull();
    const whole = await playlists(video);
    for (const [name, text] of whole) {
      expect(text).toContain('#EXT-X-PLAYLIST-TYPE:VOD');
      expect(text).not.toContain('#EXT-X-START');
      expect(text.endsWith('#EXT-X-ENDLIST\n')).toBe(true);
      expect(lengthOf(text)).toBe(5);
      const listed = segmentsOf(before.get(name));
      expect(segmentsOf(text).slice(0, listed.length)).toEqual(listed);
      expect(target(text)).toBe(target(before.get(name)));
    }
    expect((await playlist(video, 'h264-180')).caching).toBe('public, max-age=60');

    await video.announce();
    await stand.untilGrown();
    expect(await playlists(video)).toEqual(whole);
    const packaged = (await getEvents(stand.api, video.id)).filter(({ type }) => type === 'video.packaged');
    expect(packaged.map(({ data }) => data.tier)).toEqual(['first', 'standard']);
  });
});

describe('a head start of the low rung', () => {
  it('is joined by the other one, once that is as long', async () => {
    const video = await stand.begin();
    const variants = async () => (await playlist(video, 'master')).text.match(/^h264-\d+\.m3u8$/gm);
    await video.store(1, 2);
    await video.transcoded('first', [1, 2], ['h264-180', 'aac-en']);
    expect((await untilPlayable(video)).renditions.map(({ id }) => id)).toEqual(['h264-180']);
    await video.announce(1, 2);
    await stand.untilGrown();
    expect(await variants()).toEqual(['h264-180.m3u8']);
    await video.store(3);
    await video.announce(3);
    await untilLong(video, 3);
    await stand.untilGrown();
    expect((await variants())?.toSorted()).toEqual(['h264-180.m3u8', 'h264-360.m3u8']);
  });
});

describe('a beginning that will never be whole', () => {
  const untilEnded = (video: PlayedVideo) =>
    until(
      `${video.id} to have an end`,
      () => playlists(video),
      (texts) => [...texts.values()].every((text) => text.endsWith('#EXT-X-ENDLIST\n')),
      20,
    );
  const failure = { stage: 'transcoder', code: 'corrupt', message: 'The file is damaged.', attempts: 1 };

  it('ends where it stands when its generation fails, and plays on', async () => {
    const video = await playable();
    const before = await playlists(video);
    await stand.log.execute(video.id, { type: 'fail', generation: 1, data: failure });
    const ended = await untilEnded(video);
    for (const [name, text] of before) expect(ended.get(name)).toBe(`${text}#EXT-X-ENDLIST\n`);
    await video.store(4);
    await video.announce(4);
    await stand.untilGrown();
    expect(await playlists(video)).toEqual(ended);
    expect(await getVideo(stand.api, video.id)).toMatchObject({ status: 'playable', error: { code: 'corrupt' } });
    const frames = 2 * 180;
    const url = `${stand.api.origin}/media/videos/${video.id}/g1/hls/master.m3u8`;
    expect(await md5s(['-i', url], frames + 1)).toHaveLength(frames);
  });

  it('ends when its making is begun anew, by the next announcement', async () => {
    const video = await playable();
    expect((await call(stand.api, 'POST', `/v1/videos/${video.id}/reprocess`, {})).status).toBe(202);
    await video.announce(3);
    await untilEnded(video);
    expect(await getVideo(stand.api, video.id)).toMatchObject({ status: 'playable', generation: 2 });
  });

  it('ends when its making is begun anew, at the latest when something becomes of that', async () => {
    const video = await playable();
    expect((await call(stand.api, 'POST', `/v1/videos/${video.id}/reprocess`, {})).status).toBe(202);
    await stand.log.execute(video.id, { type: 'fail', generation: 2, data: failure });
    await untilEnded(video);
  });
});
