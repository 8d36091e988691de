import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeClip } from '@rushes/shared/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkPackage } from '../../services/packager/src/core/check.ts';
import { composePackage } from '../../services/packager/src/core/compose.ts';
import { trackSeconds } from '../../services/packager/src/core/facts.ts';
import { descendants, parseXml } from '../../services/packager/src/core/xml.ts';
import { FOLDER, makeLadder } from './ladder.ts';
import { writeBucket } from './on-disk.ts';
import { packWithShaka, type ReferencePackage, readText, variantsOf } from './shaka.ts';
import { run, toolPath } from './tools.ts';

/** Seconds by which three decimals may be off for each of a handful of segments. */
const THREE_DECIMALS = 0.003;

let scratch: string;
let ladder: Awaited<ReturnType<typeof makeLadder>>;
let shaka: ReferencePackage;
let ffmpeg: string;
const text = (name: string) => ladder.bucket.objects.get(`${FOLDER}/${name}`)?.body.toString() ?? '';

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'rushes-reference-'));
  ffmpeg = toolPath('FFMPEG_PATH');
  const clip = await makeClip(ffmpeg, scratch, {
    name: 'clip.mp4',
    seconds: 14,
    width: 1280,
    height: 720,
    rate: '30000/1001',
    audio: true,
  });
  const sizes = [
    [1280, 720],
    [640, 360],
  ] as const;
  ladder = await makeLadder({ ffmpeg, folder: scratch, input: ['-i', clip], seconds: 14, sizes, audio: true });
  for (const { key, text: body, contentType } of composePackage(ladder.facts))
    ladder.bucket.store(key, body, contentType);
  await writeBucket(ladder.bucket, scratch);
  shaka = await packWithShaka(scratch, ['h264-720', 'h264-360'], 'aac-en');
});

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

describe('a package of real segments', () => {
  it('passes our own check', () => {
    const sizes = new Map([...ladder.bucket.objects].map(([key, { body }]) => [key, body.length]));
    expect(checkPackage(ladder.facts, composePackage(ladder.facts), sizes)).toMatchObject({ kind: 'valid' });
  });

  it('gives the very pictures of the encode through HLS and through DASH', async () => {
    const md5s = async (input: string, stream: string) => {
      const out = await run(ffmpeg, ['-v', 'error', '-i', input, '-map', stream, '-f', 'framemd5', '-']);
      return out
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => line.split(',').at(-1));
    };
    const encoded = await md5s(join(scratch, 'h264-360.mp4'), '0:v:0');
    expect(encoded.length).toBe(420);
    expect(await md5s(join(scratch, FOLDER, 'hls/h264-360.m3u8'), '0:v:0')).toEqual(encoded);
    const byHeight = await md5s(join(scratch, FOLDER, 'dash/manifest.mpd'), '0:v:1');
    const others = await md5s(join(scratch, FOLDER, 'dash/manifest.mpd'), '0:v:0');
    expect([byHeight, others]).toContainEqual(encoded);
  });

  it('plays from its master with picture and sound of equal length', async () => {
    const found = await run(ffmpeg, [
      '-v',
      'error',
      '-i',
      join(scratch, FOLDER, 'hls/master.m3u8'),
      '-map',
      '0:a:0',
      '-f',
      'framecrc',
      '-',
    ]);
    const packets = found.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const [video] = ladder.facts.videos;
    if (video === undefined) throw new Error('the ladder has no picture');
    const samples = packets.reduce((sum, line) => sum + Number(line.split(',')[3]), 0);
    expect(Math.abs(samples / 48_000 - trackSeconds(video))).toBeLessThan(0.03);
  });

  it('is a manifest that another XML parser reads', async () => {
    const program =
      'import sys, xml.etree.ElementTree as t; print(len(t.parse(sys.argv[1]).getroot().findall(".//{*}Representation")))';
    const count = await run('python3', ['-c', program, join(scratch, FOLDER, 'dash/manifest.mpd')]);
    expect(count.trim()).toBe('3');
  });
});

describe('compared with Shaka Packager on the same encodes', () => {
  it.each(['h264-720', 'h264-360'])('%s has the same segments and the same length', (id) => {
    const theirs = shaka.playlist(id);
    const ours = durations(text(`hls/${id}.m3u8`));
    expect(ours.length).toBe(theirs.durations.length);
    for (const [index, duration] of ours.entries()) {
      expect(Math.abs(duration - (theirs.durations[index] ?? 0))).toBeLessThan(THREE_DECIMALS);
    }
  });

  it.each(['h264-720', 'h264-360'])('%s has as many keyframes in its I-frame playlist', (id) => {
    expect(durations(text(`hls/${id}-iframes.m3u8`)).length).toBe(shaka.iframes(id).durations.length);
  });

  it('has the same codecs, size and frame rate for each variant', () => {
    expect([...shaka.variants.keys()].toSorted()).toEqual(['1280x720', '640x360']);
    for (const [resolution, theirs] of shaka.variants) {
      const ours = variantsOf(text('hls/master.m3u8')).get(resolution);
      expect(ours?.CODECS).toBe(theirs.CODECS);
      expect(ours?.['FRAME-RATE']).toBe(theirs['FRAME-RATE']);
    }
  });

  it('announces nearly the same average, and a peak that is never lower', () => {
    for (const [resolution, theirs] of shaka.variants) {
      const ours = variantsOf(text('hls/master.m3u8')).get(resolution);
      const average = Number(ours?.['AVERAGE-BANDWIDTH']) / Number(theirs['AVERAGE-BANDWIDTH']);
      // Their segments carry an index and a type box each; ours do not.
      expect(average).toBeGreaterThan(0.97);
      expect(average).toBeLessThan(1.03);
      expect(Number(ours?.BANDWIDTH)).toBeGreaterThan(Number(theirs.BANDWIDTH) * 0.97);
    }
  });

  it('describes the same Representations in the manifest', async () => {
    const ours = describeManifest(text('dash/manifest.mpd'));
    const theirs = describeManifest(await readText(shaka.manifest));
    expect(ours.seconds).toBeCloseTo(theirs.seconds, 1);
    expect(theirs.videos).toHaveLength(2);
    expect(ours.videos).toEqual(theirs.videos);
    expect(ours.audios).toEqual(theirs.audios);
  });
});

function durations(playlist: string): number[] {
  return [...playlist.matchAll(/^#EXTINF:([\d.]+),/gm)].map(([, seconds]) => Number(seconds));
}

function describeManifest(xml: string) {
  const root = parseXml(xml.replaceAll(/<!--[\s\S]*?-->/g, ''));
  const representations = descendants(root, 'AdaptationSet').flatMap((set) =>
    descendants(set, 'Representation').map(({ attributes }) => ({ ...set.attributes, ...attributes })),
  );
  const of = (type: string) => representations.filter((one) => one.contentType === type);
  return {
    seconds: Number(/^PT([\d.]+)S$/.exec(root.attributes.mediaPresentationDuration ?? '')?.[1]),
    videos: of('video')
      .map(({ codecs, width, height, frameRate }) => ({ codecs, width, height, frameRate }))
      .toSorted((a, b) => Number(a.width) - Number(b.width)),
    audios: of('audio').map(({ codecs, audioSamplingRate, lang }) => ({ codecs, audioSamplingRate, lang })),
  };
}
