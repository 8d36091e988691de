import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspected, parseEvent, subjectOf, transcoded } from '@rushes/shared/events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bucketOf,
  clipIn,
  decoded,
  FOLDER,
  ffmpeg,
  picture,
  temporaryFolder,
  tone,
  trackIn,
  VIDEO_ID,
  work,
  X264,
} from './harness.ts';

let folder: string;
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ path: folder, remove } = await temporaryFolder());
});
afterAll(() => remove());

const clip = (name: string, ...args: string[]) => clipIn(folder, name, args);

/** Transcodes a clip, decodes every track as a player would, and checks what must hold for all. */
async function transcodeAndCheck(path: string) {
  const bucket = bucketOf(path);
  const run = await work(bucket);
  const result = run.transcoded;
  if (result === undefined || run.inspected === undefined) throw new Error('nothing was appended');
  const tracks = [];
  for (const listed of [...result.renditions, ...result.audio]) {
    const { track, segments, bytes } = trackIn(bucket.objects, listed.track);
    expect(track.complete).toBe(true);
    expect(listed.size).toBe(bytes.length);
    let end = 0;
    for (const segment of segments) {
      expect(segment.start).toBe(end);
      end += segment.duration;
    }
    const whole = join(folder, `${listed.id}.joined.mp4`);
    await writeFile(whole, bytes);
    tracks.push({ id: listed.id, segments, track, listed, ...(await decoded(whole)) });
  }
  const counts = new Set(tracks.map((track) => track.segments.length));
  expect(counts.size).toBe(1);
  const audio = tracks.filter((track) => track.track.kind === 'audio');
  for (const { seconds } of audio)
    expect(Math.abs(seconds - result.durationSeconds)).toBeLessThanOrEqual(1024 / 48_000);
  return { bucket, run, result, tracks, plan: run.inspected.plan, source: run.inspected.source };
}

describe('transcode', () => {
  it.each([
    ['30', 300, 10],
    ['30000/1001', 300, 10.01],
    ['25', 250, 10],
  ])('keeps every picture of a clip at %s frames a second', async (rate, frames, seconds) => {
    const path = await clip(
      `rate-${rate.replace('/', '-')}.mp4`,
      ...picture('640x360', rate),
      ...tone,
      ...X264,
      '-t',
      '10',
    );
    const { tracks, result } = await transcodeAndCheck(path);
    expect(result.durationSeconds).toBeCloseTo(seconds, 3);
    expect(tracks.map(({ id }) => id)).toEqual(['h264-360', 'h264-240', 'aac-und', 'aac-low-und']);
    for (const track of tracks.slice(0, 2)) {
      expect(track.frames).toBe(frames);
      expect(track.segments).toHaveLength(2);
      expect(track.stream).toMatchObject({
        sample_aspect_ratio: '1:1',
        pix_fmt: 'yuv420p',
        color_space: 'bt709',
        color_transfer: 'bt709',
        color_primaries: 'bt709',
      });
    }
  });

  it('stores what the contract says, each with its headers, facts after the segment they name', async () => {
    const path = await clip('stored.mp4', ...picture('320x180', '30'), ...tone, ...X264, '-t', '8');
    const { bucket, run } = await transcodeAndCheck(path);
    const base = `${FOLDER}/segments/h264-180/a1`;
    const names = bucket.order.filter((key) => key.startsWith(base)).map((key) => key.slice(base.length + 1));
    expect(names).toEqual(['init.mp4', '00001.m4s', 'track.json', '00002.m4s', 'track.json']);
    expect(bucket.objects.get(`${base}/00001.m4s`)).toMatchObject({
      contentType: 'video/mp4',
      cacheControl: 'public, max-age=31536000, immutable',
    });
    expect(bucket.objects.get(`${base}/track.json`)).toMatchObject({
      contentType: 'application/json',
      cacheControl: 'no-cache',
    });
    expect(bucket.objects.get(`${FOLDER}/segments/aac-und/a1/00001.m4s`)?.contentType).toBe('audio/mp4');
    expect(run.steps).toEqual(['inspected', 'part', 'part', 'output', 'transcoded']);
    const last = run.records.at(-1) ?? [];
    expect(last.map(({ rendition, segments }) => [rendition, segments]).toSorted()).toEqual([
      ['aac-und', 2],
      ['h264-180', 2],
    ]);
    expect(run.percents.at(-1)).toBeGreaterThan(50);
  });

  it('gives the same bytes again when it is done again', async () => {
    const path = await clip('again.mp4', ...picture('320x180', '30'), ...tone, ...X264, '-t', '3');
    const [first, second] = [bucketOf(path), bucketOf(path)];
    const now = () => new Date(0);
    await work(first, { now });
    await work(second, { now });
    expect([...second.objects.keys()].toSorted()).toEqual([...first.objects.keys()].toSorted());
    for (const [key, { body }] of first.objects) expect(second.objects.get(key)?.body.equals(body), key).toBe(true);
  });

  it('appends events that the log takes', async () => {
    const path = await clip('events.mp4', ...picture('320x180', '30'), ...tone, ...X264, '-t', '1');
    const { run } = await transcodeAndCheck(path);
    if (run.inspected === undefined || run.transcoded === undefined) throw new Error('nothing was appended');
    const context = { videoId: VIDEO_ID, generation: 1, service: 'transcoder', now: new Date() };
    for (const event of [
      inspected(context, run.inspected),
      transcoded({ ...context, discriminator: 'standard' }, run.transcoded),
    ]) {
      expect(parseEvent(subjectOf(event), JSON.stringify(event))).toMatchObject({ kind: 'event' });
    }
  });

  it('keeps the plan of an earlier attempt', async () => {
    const path = await clip('retry.mp4', ...picture('320x180', '30'), ...X264, '-t', '1');
    const first = await work(bucketOf(path));
    if (first.inspected === undefined) throw new Error('not inspected');
    const again = await work(bucketOf(path), { inspected: first.inspected });
    expect(again.inspected).toBeUndefined();
    expect(again.transcoded?.renditions.map(({ id }) => id)).toEqual(['h264-180']);
  });

  it('turns a portrait recording upright', async () => {
    const lying = await clip('lying.mp4', ...picture('640x360', '30'), ...X264, '-t', '1');
    const path = await clip('portrait.mp4', '-display_rotation', '90', '-i', lying, '-c', 'copy');
    const { tracks, plan } = await transcodeAndCheck(path);
    expect(plan.reasons).toContain('rotation applied');
    expect(tracks.map(({ stream }) => [stream.width, stream.height, stream.side_data_list])).toEqual([
      [360, 640, undefined],
      [240, 426, undefined],
    ]);
  });

  it.each<[string, string, string[], number]>([
    ['six pictures', '320x180', ['-t', '0.2'], 6],
    ['a single picture', '320x180', ['-frames:v', '1'], 1],
    ['a very small picture', '64x36', ['-t', '1'], 30],
    ['an odd size', '321x181', ['-t', '1', '-pix_fmt', 'yuv444p'], 30],
  ])('takes %s', async (_title, size, args, frames) => {
    const path = await clip(`small-${size}-${frames}.mp4`, ...picture(size, '30'), ...X264, ...args);
    const { tracks } = await transcodeAndCheck(path);
    expect(tracks[0]?.frames).toBe(frames);
    expect(Number(tracks[0]?.stream.width) % 2).toBe(0);
  });

  it('starts sound where it starts in the source, and fills up what is missing', async () => {
    const sound = ['-itsoffset', '1.5', '-f', 'lavfi', '-i', 'sine=frequency=300:duration=1'];
    const path = await clip('late.mkv', ...picture('320x180', '30'), ...sound, ...X264, '-t', '4');
    const { tracks } = await transcodeAndCheck(path);
    expect(tracks[1]?.id).toBe('aac-und');
    const printed = await ffmpeg(
      '-i',
      join(folder, 'aac-und.joined.mp4'),
      '-af',
      'silencedetect=n=-50dB:d=0.3',
      '-f',
      'null',
      '-',
    );
    const ends = [...printed.matchAll(/silence_end: ([\d.]+)/g)].map((match) => Number(match[1]));
    const starts = [...printed.matchAll(/silence_start: ([\d.]+)/g)].map((match) => Number(match[1]));
    expect(starts[0]).toBeCloseTo(0, 1);
    expect(ends[0]).toBeCloseTo(1.5, 1);
    expect(starts[1]).toBeCloseTo(2.5, 1);
  });

  it('deinterlaces, makes pixels square and reads a recording that does not say how long it is', async () => {
    const dv = await clip(
      'dv.mpg',
      ...['-f', 'lavfi', '-i', 'testsrc2=size=720x576:rate=50,interlace,setsar=64/45'],
      '-t',
      '1',
      '-c:v',
      'mpeg2video',
      '-flags',
      '+ilme+ildct',
    );
    const { plan, tracks } = await transcodeAndCheck(dv);
    expect(plan.reasons).toEqual(['pixels of 64:45 made square', 'deinterlaced', 'no sound']);
    expect(tracks[0]?.stream).toMatchObject({ width: 1024, height: 576 });
    const live = await clip(
      'live.mkv',
      ...picture('320x180', '30'),
      ...X264,
      '-t',
      '2',
      '-live',
      '1',
      '-f',
      'matroska',
    );
    const recording = await transcodeAndCheck(live);
    expect(recording.tracks[0]?.frames).toBe(60);
  });

  it('maps HDR to SDR', async () => {
    const tags = 'log-level=error:colorprim=9:transfer=16:colormatrix=9';
    const path = await clip(
      'hdr.mp4',
      ...picture('640x360', '30'),
      '-pix_fmt',
      'yuv420p10le',
      '-c:v',
      'libx265',
      '-preset',
      'ultrafast',
      '-x265-params',
      tags,
      '-t',
      '1',
    );
    const { source, tracks } = await transcodeAndCheck(path);
    expect(source.video).toMatchObject({ hdr: 'pq', bitDepth: 10 });
    expect(tracks[0]?.stream).toMatchObject({ pix_fmt: 'yuv420p', color_transfer: 'bt709' });
  });
});
