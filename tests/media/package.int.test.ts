import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TranscodedData } from '@rushes/shared/events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkPackage } from '../../services/packager/src/core/check.ts';
import { composePackage } from '../../services/packager/src/core/compose.ts';
import { descendants, parseXml } from '../../services/packager/src/core/xml.ts';
import { readFacts } from '../../services/packager/src/read-facts.ts';
import { bucketOf, clipIn, FOLDER, picture, temporaryFolder, tools, trackIn, work, X264 } from './harness.ts';

/** Hertz of each channel in the order of 5.1: left, right, centre, low frequencies, surrounds. */
const TONES = [300, 500, 700, 60, 1100, 1300];

/** SubRip with one line of text from second 1 to 3. */
const subrip = (text: string) => [
  ...['-f', 'srt', '-i'],
  `data:text/plain;base64,${Buffer.from(`1\n00:00:01,000 --> 00:00:03,000\n${text}\n`).toString('base64')}`,
];

let folder: string;
let remove: () => Promise<void>;
let bucket: ReturnType<typeof bucketOf>;
let transcoded: TranscodedData;
let documents: ReturnType<typeof composePackage>;
let check: ReturnType<typeof checkPackage>;
const text = (name: string) => documents.find(({ key }) => key === `${FOLDER}/${name}`)?.text ?? '';

beforeAll(async () => {
  ({ path: folder, remove } = await temporaryFolder());
  const tones = TONES.map((hertz) => `0.3*sin(2*PI*${hertz}*t)`).join('|');
  const source = await clipIn(folder, 'film.mkv', [
    ...picture('640x360', '30'),
    ...['-f', 'lavfi', '-i', `aevalsrc='${tones}':c=5.1:s=48000`, '-f', 'lavfi', '-i', 'sine=frequency=440'],
    ...subrip('Hello <script>'),
    ...subrip('Hallo'),
    ...[0, 1, 2, 2, 3, 4].flatMap((input) => ['-map', `${input}`]),
    ...[...X264, '-c:a', 'flac', '-t', '8'],
    ...['-metadata:s:a:0', 'language=eng', '-metadata:s:a:1', 'language=ger', '-metadata:s:a:2', 'language=eng'],
    ...['-metadata:s:s:0', 'language=eng', '-metadata:s:s:1', 'language=ger', '-disposition:s:1', 'forced'],
    ...['-metadata:s:a:2', 'title=Commentary', '-disposition:a:2', 'comment'],
  ]);
  bucket = bucketOf(source);
  const made = (await work(bucket)).transcoded;
  if (made === undefined) throw new Error('nothing was appended');
  transcoded = made;
  const storage = { ...bucket.storage, async *list() {} };
  const facts = await readFacts({ storage, bucket: 'media' }, FOLDER, 'standard', transcoded);
  documents = composePackage(facts);
  const sizes = new Map([...bucket.objects].map(([key, { body }]) => [key, body.length]));
  check = checkPackage(facts, documents, sizes);
});
afterAll(() => remove());

/** How strong a tone is in samples, by the Goertzel algorithm. */
function strength(samples: Float32Array, hertz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / 48_000);
  let [before, last] = [0, 0];
  for (const sample of samples) [before, last] = [last, sample + coefficient * last - before];
  return Math.sqrt(last * last + before * before - coefficient * last * before) / samples.length;
}

/** Each channel's samples of the middle second of a track, as a player decodes it. */
async function channelsOf(id: string, count: number): Promise<Float32Array[]> {
  const listed = transcoded.audio.find((track) => track.id === id);
  if (listed === undefined) throw new Error(`${id} is not listed`);
  const path = join(folder, `${id}.mp4`);
  await writeFile(path, trackIn(bucket.objects, listed.track).bytes);
  const args = ['-v', 'error', '-ss', '3', '-t', '1', '-i', path, '-f', 'f32le', '-'];
  const { stdout } = await promisify(execFile)(tools().ffmpegPath, args, { encoding: 'buffer', maxBuffer: 2 ** 26 });
  const all = new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length));
  return Array.from({ length: count }, (_, channel) => all.filter((_, index) => index % count === channel));
}

describe('a package of a film with 5.1, two languages, a comment and subtitles', () => {
  it('passes its check', () => {
    expect(check).toMatchObject({ kind: 'valid' });
  });

  it('has a track for each choice of sound, named as a person would, and 5.1 beside its mix', () => {
    expect(
      transcoded.audio.map(({ id, channels, label, default: isDefault }) => [id, channels, label, isDefault]),
    ).toEqual([
      ['aac-en', 2, 'English', true],
      ['aac-de', 1, 'German', false],
      ['aac-en-2', 1, 'Commentary', false],
      ['aac-low-en', 2, 'English', true],
      ['aac-low-de', 1, 'German', false],
      ['aac-low-en-2', 1, 'Commentary', false],
      ['aac-surround-en', 6, 'English', true],
    ]);
  });

  it('lists 5.1 in a group of its own, behind the stereo variants and not for slow lines', () => {
    const master = text('hls/master.m3u8');
    expect(master).toMatch(
      /GROUP-ID="audio-surround",NAME="English",LANGUAGE="en",.*CHANNELS="6",URI="aac-surround-en/,
    );
    expect(master).toMatch(/GROUP-ID="audio",NAME="Commentary",LANGUAGE="en",DEFAULT=NO,.*URI="aac-en-2.m3u8"/);
    const variants = [...master.matchAll(/#EXT-X-STREAM-INF:.*AUDIO="([^"]*)".*\n(.*)/g)].map(([, ...found]) => found);
    expect(variants.slice(1)).toEqual([
      ['audio-low', 'h264-240.m3u8'],
      ['audio-surround', 'h264-360.m3u8'],
    ]);
    expect(variants[0]).toEqual(['audio', 'h264-360.m3u8']);
  });

  it('describes 5.1 in the manifest as a set of its own', () => {
    const sets = descendants(parseXml(text('dash/manifest.mpd')), 'AdaptationSet').map((set) => ({
      ids: descendants(set, 'Representation').map(({ attributes }) => attributes.id),
      channels: descendants(set, 'AudioChannelConfiguration').map(({ attributes }) => attributes.value),
    }));
    expect(sets).toContainEqual({ ids: ['aac-surround-en'], channels: ['6'] });
    expect(sets).toContainEqual({ ids: ['aac-en', 'aac-low-en'], channels: ['2', '2'] });
    expect(sets).toContainEqual({ ids: ['aac-en-2', 'aac-low-en-2'], channels: ['1', '1'] });
  });

  it('keeps every channel of 5.1 in its place and at its level', async () => {
    const channels = await channelsOf('aac-surround-en', 6);
    for (const [index, samples] of channels.entries()) {
      const heard = TONES.map((hertz) => strength(samples, hertz));
      expect(heard.indexOf(Math.max(...heard)), `channel ${index}`).toBe(index);
      expect(heard[index]).toBeCloseTo(0.15, 2);
      expect(heard.filter((_, other) => other !== index).every((other) => other < 0.005)).toBe(true);
    }
  });

  it('mixes the centre and the surrounds into both sides of the stereo track', async () => {
    const [left = new Float32Array(), right = new Float32Array()] = await channelsOf('aac-en', 2);
    const levels = (samples: Float32Array) =>
      TONES.map((hertz) => Number((strength(samples, hertz) / 0.15).toFixed(1)));
    expect(levels(left)).toEqual([0.7, 0, 0.5, 0, 0.5, 0]);
    expect(levels(right)).toEqual([0, 0.7, 0.5, 0, 0, 0.5]);
  });

  it('lists the subtitles by language, for the whole length, in playlists and manifest', () => {
    const master = text('hls/master.m3u8');
    const tag = (name: string, language: string, forced: string) =>
      `TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="${name}",LANGUAGE="${language}",DEFAULT=NO,AUTOSELECT=YES,FORCED=${forced},URI="text-${language}.m3u8"`;
    expect(master).toContain(tag('English', 'en', 'NO'));
    expect(master).toContain(tag('German (forced)', 'de', 'YES'));
    expect(master.match(/#EXT-X-STREAM-INF:.*/g)?.every((line) => line.includes('SUBTITLES="subtitles"'))).toBe(true);
    expect(text('hls/text-en.m3u8')).toContain('#EXTINF:8.000000,\n../segments/text-en/a1/subtitles.vtt');
    const sets = descendants(parseXml(text('dash/manifest.mpd')), 'AdaptationSet');
    const texts = sets.filter(({ attributes }) => attributes.mimeType === 'text/vtt');
    expect(texts.map((set) => [set.attributes.lang, descendants(set, 'BaseURL')[0]?.text])).toEqual([
      ['en', '../segments/text-en/a1/subtitles.vtt'],
      ['de', '../segments/text-de/a1/subtitles.vtt'],
    ]);
  });

  it('stores each text once and for good, without markup of the web', () => {
    const stored = bucket.objects.get(`${FOLDER}/segments/text-en/a1/subtitles.vtt`);
    expect(stored?.contentType).toBe('text/vtt; charset=utf-8');
    expect(stored?.cacheControl).toBe('public, max-age=31536000, immutable');
    expect(stored?.body.toString()).toBe(
      'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n00:00:01.000 --> 00:00:03.000\nHello\n',
    );
  });
});
