import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { findTools } from '@rushes/infra/testing';
import { makeClip, realClip } from '@rushes/shared/testing';
import type { VideoView } from '@rushes/shared/video';
import hlsParser from 'hls-parser';
import { connect, StringCodec } from 'nats';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { call, getEvents, getVideo, process as processClip, until } from '../setup/client.ts';

const run = promisify(execFile);
const endpoints = inject('endpoints');
const api = { origin: endpoints.origin };
const short = { name: 'short.mp4', seconds: 1, width: 320, height: 180, rate: '30', audio: false };
const tools = findTools(process.env);

let video: VideoView;
let announced: string[] = [];

/** What a foreign system sees with a plain NATS client: core subjects, the subscriber's rights. */
async function listen(): Promise<{ subjects: string[]; stop: () => Promise<void> }> {
  const { url, user, password } = endpoints.nats;
  const connection = await connect({ servers: url, user, pass: password, inboxPrefix: '_INBOX_subscriber' });
  const subjects: string[] = [];
  connection.subscribe('video.*', {
    callback: (error, message) => {
      if (error) throw error;
      const event = JSON.parse(StringCodec().decode(message.data));
      subjects.push(`${message.subject} ${event.subject}`);
    },
  });
  await connection.flush();
  return { subjects, stop: () => connection.close() };
}

async function fetchOk(url: string): Promise<{ body: Buffer; headers: Headers }> {
  const response = await fetch(url);
  expect(response.status, url).toBe(200);
  return { body: Buffer.from(await response.arrayBuffer()), headers: response.headers };
}

/** Whole seconds of media and its size, as ffprobe sees the published playlist. */
async function probe(url: string) {
  const { stdout } = await run(tools.ffprobe, ['-v', 'error', '-of', 'json', '-show_format', '-show_streams', url]);
  return JSON.parse(stdout) as {
    format: { duration: string };
    streams: { codec_type: string; codec_name: string; width?: number; height?: number; r_frame_rate: string }[];
  };
}

beforeAll(async () => {
  const clip = await makeClip(tools.ffmpeg, join(inject('home'), 'clips'), {
    name: 'flow-14s.mp4',
    seconds: 14,
    width: 1280,
    height: 720,
    rate: '30000/1001',
    audio: true,
  });
  const listener = await listen();
  video = await processClip(api, clip, {
    title: 'Harbour at dawn',
    description: 'Boats',
    tags: ['sea'],
    profile: 'web',
  });
  await listener.stop();
  announced = listener.subjects.filter((subject) => subject.endsWith(video.id));
});

describe('a clip that was uploaded', () => {
  it('becomes ready, with everything that clients need', () => {
    expect(video).toMatchObject({
      title: 'Harbour at dawn',
      status: 'ready',
      final: true,
      error: null,
      aspectRatio: '16:9',
      progress: null,
      upload: { status: 'finished' },
      renditions: expect.arrayContaining([
        expect.objectContaining({ id: 'h264-720', width: 1280, height: 720 }),
        expect.objectContaining({ id: 'av1-720', width: 1280, height: 720 }),
      ]),
    });
    expect(video.durationSeconds).toBeCloseTo(14.014, 1);
    expect(Object.values(video.playback ?? {})).not.toHaveLength(0);
  });

  it('has a history in which every stage speaks once a tier, and announces it to others', async () => {
    const events = await getEvents(api, video.id);
    const verbs = events.map(({ type }) => type);
    const tier = ['transcoded', 'thumbnailed', 'packaged'];
    expect(verbs).toEqual(['requested', 'uploaded', 'inspected', ...tier, ...tier].map((verb) => `video.${verb}`));
    expect(events.flatMap(({ data }) => (data.tier === undefined ? [] : [`${data.tier} ${data.final}`]))).toEqual([
      ...tier.map(() => 'standard false'),
      ...tier.map(() => 'extended true'),
    ]);
    expect(announced.map((line) => line.split(' ')[0])).toEqual(verbs);
  });

  it('plays as HLS: every playlist, segment and I-frame is there', async () => {
    const master = await fetchOk(video.playback?.hls ?? '');
    expect(master.headers.get('content-type')).toContain('application/vnd.apple.mpegurl');
    const parsed = hlsParser.parse(master.body.toString());
    if (!parsed.isMasterPlaylist) throw new Error('not a master playlist');
    expect(parsed.variants.filter((variant) => !variant.isIFrameOnly).length).toBeGreaterThanOrEqual(4);
    const playlists = new Set(
      parsed.variants
        .flatMap((variant) => [variant.uri, ...variant.audio.map(({ uri }) => uri)])
        .filter((uri) => uri !== undefined),
    );
    for (const uri of playlists) {
      const url = new URL(uri, video.playback?.hls);
      const media = hlsParser.parse((await fetchOk(url.href)).body.toString());
      if (media.isMasterPlaylist) throw new Error(`${uri} is a master playlist`);
      expect(media.endlist).toBe(true);
      const total = media.segments.reduce((sum, { duration }) => sum + duration, 0);
      expect(Math.abs(total - 14.014)).toBeLessThan(0.05);
      for (const segment of media.segments) {
        const { headers } = await fetchOk(new URL(segment.uri, url).href);
        expect(headers.get('cache-control')).toContain('immutable');
        expect(headers.get('access-control-allow-origin')).toBe('*');
      }
    }
  });

  it('decodes without a message, at the length and size of the source', async () => {
    const found = await probe(video.playback?.hls ?? '');
    expect(Math.abs(Number(found.format.duration) - 14.014)).toBeLessThan(0.1);
    expect(found.streams.filter(({ codec_type }) => codec_type === 'video').some(({ height }) => height === 720)).toBe(
      true,
    );
    const { stderr } = await run(tools.ffmpeg, [
      '-v',
      'warning',
      '-i',
      video.playback?.hls ?? '',
      '-map',
      '0:v',
      '-map',
      '0:a',
      '-f',
      'null',
      '-',
    ]);
    expect(stderr).toBe('');
  });

  it('plays as DASH: the manifest names what is there', async () => {
    const mpd = await fetchOk(video.playback?.dash ?? '');
    expect(mpd.headers.get('content-type')).toContain('application/dash+xml');
    expect(mpd.body.toString()).toContain('type="static"');
  });

  it('has a poster, images and a storyboard that are really pictures', async () => {
    const { thumbnails } = video;
    const poster = await fetchOk(thumbnails?.poster.jpeg ?? '');
    expect(poster.headers.get('content-type')).toBe('image/jpeg');
    expect(poster.body.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
    expect((await fetchOk(thumbnails?.poster.webp ?? '')).body.subarray(8, 12).toString()).toBe('WEBP');
    for (const { url } of thumbnails?.images ?? []) await fetchOk(url);
    expect(thumbnails?.images.length).toBeGreaterThan(2);
    const vtt = await fetchOk(thumbnails?.storyboard?.vtt ?? '');
    expect(vtt.body.toString()).toMatch(/^WEBVTT\n[\s\S]*#xywh=0,0,/);
    for (const sprite of thumbnails?.storyboard?.sprites ?? []) await fetchOk(sprite);
  });

  it('is found in the list by its words and tag', async () => {
    const found = await call(api, 'GET', '/v1/videos?q=harb%20daw&tag=sea&status=ready');
    expect(found.json.videos.map(({ id }: VideoView) => id)).toContain(video.id);
  });

  it('can be renamed, and read with that write seen', async () => {
    const renamed = await call(api, 'PATCH', `/v1/videos/${video.id}`, { title: 'Harbour' });
    expect(renamed).toMatchObject({ status: 200, json: { video: { title: 'Harbour' } } });
    const sequence = renamed.headers.get('rushes-seq') ?? '';
    const seen = await call(api, 'GET', `/v1/videos/${video.id}`, undefined, { 'rushes-min-seq': sequence });
    expect(seen).toMatchObject({ status: 200, json: { title: 'Harbour' } });
    expect(seen.headers.get('etag')).toBe(renamed.headers.get('etag'));
  });
});

describe('a signed video', () => {
  it('is made like any other, and not one byte of it can be read without a token', async () => {
    const clip = await makeClip(tools.ffmpeg, join(inject('home'), 'clips'), short);
    const done = await processClip(api, clip, { visibility: 'signed' });
    expect(done).toMatchObject({ status: 'ready', visibility: 'signed' });
    const urls = [done.playback?.hls, done.playback?.dash, done.thumbnails?.poster.jpeg].map((url) => url ?? '');
    for (const url of urls) {
      expect(url).toContain('/media/signed/');
      expect((await fetch(url)).status, url).toBe(403);
      const key = url.slice(url.indexOf('/media/') + '/media/'.length);
      const direct = await fetch(`${endpoints.s3.endpoint}/${endpoints.s3.mediaBucket}/${key}`);
      expect(direct.status, 'straight from the store').toBe(403);
    }
  });
});

describe('a video that is deleted', () => {
  it('is gone from the list, from playback and from both buckets', async () => {
    const clip = await makeClip(tools.ffmpeg, join(inject('home'), 'clips'), short);
    const done = await processClip(api, clip);
    expect((await call(api, 'DELETE', `/v1/videos/${done.id}`)).status).toBe(202);
    expect((await call(api, 'DELETE', `/v1/videos/${done.id}`)).status).toBe(202);
    const gone = await until(
      'status deleted',
      () => getVideo(api, done.id),
      ({ status }) => status === 'deleted',
    );
    expect(gone).toMatchObject({ playback: null, thumbnails: null });
    const listed = await call(api, 'GET', '/v1/videos?limit=100');
    expect(listed.json.videos.map(({ id }: VideoView) => id)).not.toContain(done.id);
    for (const url of [done.playback?.hls, done.thumbnails?.poster.jpeg]) {
      await until(
        `${url} to be gone`,
        async () => (await fetch(url ?? '')).status,
        (status) => status === 404,
      );
    }
    await until(
      'the source to be gone',
      () => call(api, 'GET', `/v1/videos/${done.id}/source`),
      ({ status }) => status === 409,
    );
    const { endpoint, region, accessKeyId, secretAccessKey, uploadsBucket } = endpoints.s3;
    const client = new S3Client({
      endpoint,
      region,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
    await until(
      'the upload to be removed',
      () => client.send(new ListObjectsV2Command({ Bucket: uploadsBucket, Prefix: `uploads/${done.id}/` })),
      ({ KeyCount }) => KeyCount === 0,
    );
  });
});

describe('real footage', () => {
  it.each(['VID_20191220_170832.mp4', 'movie-hello.ogg', 'movie-hello.avi', 'cityCC0.mpg'])(
    '%s becomes ready',
    async (name) => {
      // Where no footage is given, a generated clip in the same kind of container takes its place.
      const clip = (await realClip(name)) ?? (await standIn(name));
      const done = await processClip(api, clip, { filename: name, contentType: 'application/octet-stream' });
      expect(done).toMatchObject({ status: 'ready', final: true, error: null });
      const found = await probe(done.playback?.hls ?? '');
      expect(Math.abs(Number(found.format.duration) - (done.durationSeconds ?? 0))).toBeLessThan(0.15);
    },
  );
});

async function standIn(name: string): Promise<string> {
  const more = name.endsWith('.ogg')
    ? ['-c:v', 'libvpx', '-c:a', 'libvorbis', '-f', 'ogg']
    : name.endsWith('.mpg')
      ? ['-c:v', 'mpeg2video', '-c:a', 'mp2']
      : [];
  return makeClip(tools.ffmpeg, join(inject('home'), 'clips'), {
    name: `made-${name}`,
    seconds: 3,
    width: 640,
    height: 360,
    rate: '30',
    audio: true,
    more,
  });
}
