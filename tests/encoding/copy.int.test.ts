import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketOf, clipIn, temporaryFolder, tone, trackIn, work } from '../media/harness.ts';
import { run as runTool, toolPath } from '../packager/tools.ts';
import {
  all,
  BT709,
  brokenRules,
  FRAMES,
  footage,
  IRREGULAR,
  inspectedOf,
  irregular,
  joined,
  packets,
  pictures,
  RATE,
  REGULAR,
  small,
  startsOf,
  x264,
} from './copy-harness.ts';
import { attemptsOf, compare, dieWhen, goOn, has, resultOf } from './resume-harness.ts';

let folder: string;
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ path: folder, remove } = await temporaryFolder());
});
afterAll(() => remove());

const clip = (name: string, ...args: string[]) => clipIn(folder, name, args);

describe('a source that fits a rendition', () => {
  it.each<[string, string, string[], number[], number[]]>([
    ['GOPs of two seconds', 'regular.mp4', REGULAR, [0, 20, 40, 60, 80, 100, 120], [0, 60, 120]],
    ['irregular GOPs', 'irregular.mp4', irregular, IRREGULAR, [0, 63, 117]],
    ['times of whole milliseconds', 'irregular.mkv', irregular, IRREGULAR, [0, 63, 117]],
  ])('with %s is passed on, and every other rendition has its keyframes', async (_title, name, gop, gops, segments) => {
    const path = await clip(name, ...footage(), ...x264(gop));
    const bucket = bucketOf(path);
    const run = await work(bucket, { profile: small });
    const { renditions, durationSeconds } = resultOf(run);
    expect(run.inspected?.plan).toMatchObject({ grid: 'source', segmentSeconds: 6 });
    expect(run.inspected?.plan.renditions.map(({ id, mode }) => [id, mode])).toEqual([
      ['h264-360', 'copy'],
      ['h264-240', 'encode'],
    ]);
    expect(durationSeconds).toBe(FRAMES / RATE);
    for (const { track } of renditions) expect(startsOf(bucket, track)).toEqual({ gops, segments });

    const [top = ''] = await joined(folder, bucket, run);
    expect(await packets(top)).toEqual(await packets(path));
    expect(await pictures(top)).toEqual(await pictures(path));
    expect(brokenRules(bucket, run)).toMatchObject({ kind: 'valid' });
    const [copied] = renditions.map(({ track }) => trackIn(bucket.objects, track).track);
    expect(copied?.mode).toBe('copy');
  });

  it('gives its keyframes to further codecs too', async () => {
    // Six pictures a second, since HEVC and VP9 take their time.
    const gops = [0, 8, 19, 31, 45, 46, 57, 70];
    const forced = ['-g', '999', '-force_key_frames', gops.map((frame) => (frame - 0.5) / 6).join(',')];
    const path = await clip('codecs.mp4', ...footage(6, 74, '640x480'), ...x264(forced));
    const bucket = bucketOf(path);
    const { inspected, transcoded } = await work(bucket, { profile: all });
    expect(inspected?.plan.grid).toBe('source');
    const run = await work(bucket, { profile: all, job: 'extended', inspected, transcoded });
    const { renditions } = resultOf(run);
    expect(renditions.map(({ codec }) => codec)).toEqual(['h264', 'h264', 'hevc', 'vp9', 'av1']);
    for (const { track } of renditions) expect(startsOf(bucket, track, 6).gops).toEqual(gops);
    await joined(folder, bucket, run, 74);
    expect(brokenRules(bucket, run)).toMatchObject({ kind: 'valid' });
  });

  it('is passed on to the end by an attempt that goes on behind another', async () => {
    const path = await clip('resume.mp4', ...footage(), ...x264(irregular));
    const [bucket, whole] = [bucketOf(path), bucketOf(path)];
    const unbroken = await work(whole, { profile: small });
    const left = await dieWhen(bucket, has(4, 1), { profile: small });
    const run = await goOn(bucket, left, { profile: small });
    expect(attemptsOf(bucket, run, 'h264-360')[0]).toBe('a1');
    expect(attemptsOf(bucket, run, 'h264-240').at(-1)).toBe('a2');
    await compare(folder, [bucket, run], [whole, unbroken], []);
    const listed = (result: typeof run) => resultOf(result).renditions[0]?.track ?? '';
    const [ours, theirs] = [trackIn(bucket.objects, listed(run)), trackIn(whole.objects, listed(unbroken))];
    expect(ours.bytes.equals(theirs.bytes)).toBe(true);
    expect(brokenRules(bucket, run)).toMatchObject({ kind: 'valid' });
  });
});

/** Of a source that looks fit at first; null: it does not even look fit. */
type Row = [string, string, string[], RegExp | null];
const open = ['-x264-params', 'open-gop=1'];
const pictureOnly = ['-f', 'lavfi', '-i', `testsrc2=size=640x360:rate=${RATE}`, '-frames:v', `${FRAMES}`];

describe('a source is encoded', () => {
  it.each<Row>([
    ['keyframes far apart', 'long.mp4', [...footage(), ...x264(['-g', '60'])], /more than 2.5 s apart/],
    [
      'a single long GOP behind its beginning',
      'late-long.mp4',
      [
        ...footage(RATE, 250),
        '-t',
        '25',
        ...x264(['-g', '999', '-force_key_frames', '0,2,4,6,8,10,12,14,16,18,20,25']),
      ],
      /more than 2.5 s apart/,
    ],
    ['keyframes in every picture', 'intra.mp4', [...footage(), ...x264(['-g', '5'])], /less than 0.9 s apart/],
    ['open GOPs', 'open.mp4', [...footage(), ...x264(REGULAR, open)], /open|not those/],
    ['10 bits', 'ten.mp4', [...footage(), ...x264(REGULAR, ['-pix_fmt', 'yuv420p10le'])], null],
    ['4:4:4', '444.mp4', [...footage(), ...x264(REGULAR, ['-pix_fmt', 'yuv444p'])], null],
    [
      'no marks of its colours, at this size',
      'unmarked.mp4',
      [...pictureOnly, '-pix_fmt', 'yuv420p', ...x264(REGULAR)],
      null,
    ],
    ['the colours of BT.601', '601.mp4', [...footage(), ...x264(REGULAR), '-colorspace', 'smpte170m'], null],
    ['full range', 'full.mp4', [...footage(), ...x264(REGULAR), '-color_range', 'pc'], null],
    ['pixels that are not square', 'sar.mp4', [...footage(), '-vf', 'setsar=4/3', ...x264(REGULAR)], null],
    [
      'two fields',
      'fields.mp4',
      [...footage(), ...x264(REGULAR, ['-flags', '+ildct+ilme', '-x264-params', 'tff=1'])],
      null,
    ],
    [
      'more bits than are of use',
      'rich.mp4',
      [...footage(), ...x264(REGULAR), '-b:v', '1500k', '-maxrate', '2M', '-bufsize', '2M', '-qmax', '12'],
      /bit\/s/,
    ],
    [
      'few bits',
      'poor.mp4',
      [...footage(), ...x264(REGULAR), '-b:v', '30k', '-maxrate', '60k', '-bufsize', '60k'],
      /no larger/,
    ],
    ['a short length', 'short.mp4', [...footage(RATE, 60), '-t', '6', ...x264(REGULAR)], null],
    [
      'times that jump',
      'gap.mp4',
      [...footage(), '-vf', "select='not(between(n,50,51))'", '-fps_mode', 'passthrough', ...x264(REGULAR)],
      /evenly|late/,
    ],
    ['another codec', 'mpeg4.mp4', [...footage(), '-c:v', 'mpeg4', '-q:v', '2', '-g', '20'], null],
    ['a container of loose times', 'plain.ts', [...footage(), ...x264(REGULAR)], null],
    [
      'a picture that begins late',
      'late.mkv',
      [
        '-itsoffset',
        '0.4',
        ...pictureOnly.slice(0, 4),
        ...tone,
        '-t',
        '13.3',
        '-pix_fmt',
        'yuv420p',
        ...BT709,
        ...x264(REGULAR),
      ],
      null,
    ],
  ])('for %s', async (_title, name, args, reason) => {
    const { plan } = await inspectedOf(await clip(name, ...args));
    expect(plan.grid).toBeUndefined();
    expect(plan.renditions.every(({ mode }) => mode === 'encode')).toBe(true);
    const told = plan.reasons.filter((text) => text.startsWith('encoded although'));
    if (reason === null) expect(told).toEqual([]);
    else expect(told).toEqual([expect.stringMatching(reason)]);
  });

  it.each<[string, string, string[]]>([
    ['that is turned by a matrix', 'turned.mp4', ['-display_rotation', '90']],
    ['that begins within a GOP by an edit list', 'cut.mp4', ['-ss', '1.5']],
  ])('%s', async (_title, name, args) => {
    const path = await clip(`whole-${name}`, ...footage(RATE, 160), '-t', '16', ...x264(REGULAR));
    const { plan } = await inspectedOf(await clip(name, ...args, '-i', path, '-c', 'copy'));
    expect(plan.grid).toBeUndefined();
  });
});

describe('a source that does not tell the truth', () => {
  it('about its keyframes is cut at the true ones', async () => {
    const path = await clip('honest.mp4', ...footage(), ...x264(REGULAR));
    const bytes = await readFile(path);
    const stss = bytes.indexOf('stss');
    // Version and flags, count, then numbers of samples from 1.
    const third = stss + 4 + 8 + 2 * 4;
    expect(bytes.readUInt32BE(third)).toBe(41);
    bytes.writeUInt32BE(43, third);
    await writeFile(path, bytes);
    const bucket = bucketOf(path);
    const run = await work(bucket, { profile: small });
    expect(run.inspected?.plan.grid).toBe('source');
    for (const { track } of resultOf(run).renditions) {
      expect(startsOf(bucket, track).gops).toEqual([0, 20, 40, 60, 80, 100, 120]);
    }
    await joined(folder, bucket, run);
  });

  it('about its length by an edit list is encoded', async () => {
    const path = await clip('shortened.mp4', ...footage(), ...x264(REGULAR));
    const bytes = await readFile(path);
    bytes.writeUInt32BE(12_500, bytes.indexOf('elst') + 4 + 8);
    await writeFile(path, bytes);
    const { plan } = await inspectedOf(path);
    expect(plan.grid).toBeUndefined();
  });

  it('and is damaged within its pictures is encoded anew on the same grid, in a folder of its own', async () => {
    const path = await clip('damaged.mp4', ...footage(), ...x264(irregular));
    await damage(path);
    const bucket = bucketOf(path);
    const run = await work(bucket, { profile: small });
    expect(run.inspected?.plan.renditions[0]?.mode).toBe('copy');
    const { renditions } = resultOf(run);
    for (const { id, track } of renditions) {
      expect(startsOf(bucket, track).gops).toEqual(IRREGULAR);
      expect(trackIn(bucket.objects, track).track.mode, id).toBe('encode');
    }
    expect(new Set(attemptsOf(bucket, run, 'h264-360'))).toEqual(new Set(['a1-encoded']));
    expect(new Set(bucket.order.filter((key) => key.endsWith('.m4s'))).size).toBe(
      bucket.order.filter((key) => key.endsWith('.m4s')).length,
    );
    await joined(folder, bucket, run);
    expect(brokenRules(bucket, run)).toMatchObject({ kind: 'valid' });
  });

  it('is not passed on again by the attempt that follows one that had to encode it', async () => {
    const path = await clip('damaged-twice.mp4', ...footage(), ...x264(irregular));
    await damage(path);
    const bucket = bucketOf(path);
    const encoded = (key: string) => key.includes('-encoded/');
    const left = await dieWhen(bucket, (tracks) => has(4, 1)(tracks) && tracks.every(({ track }) => encoded(track)), {
      profile: small,
    });
    const run = await goOn(bucket, left, { profile: small });
    expect(attemptsOf(bucket, run, 'h264-360')).toEqual(['a1-encoded', 'a2', 'a2']);
    expect(bucket.order.some((key) => key.includes('/a2-encoded/'))).toBe(false);
    await joined(folder, bucket, run);
    expect(brokenRules(bucket, run)).toMatchObject({ kind: 'valid' });
  });
});

/** Overwrites the middle of one picture. */
async function damage(path: string): Promise<void> {
  const printed = await runTool(toolPath('FFPROBE_PATH'), [
    ...['-v', 'error', '-select_streams', 'V:0', '-show_entries', 'packet=size,pos', '-of', 'csv=p=0', path],
  ]);
  const [size = 0, position = 0] = printed.split('\n')[IRREGULAR.at(-2) ?? 0]?.split(',').map(Number) ?? [];
  const bytes = await readFile(path);
  bytes.fill(0xa5, position + Math.round(size / 2), position + size - 10);
  await writeFile(path, bytes);
}
