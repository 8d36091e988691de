import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bucketOf, clipIn, ffmpeg, profileNamed, trackIn, work } from '../harness.ts';
import { upright } from './footage.ts';
import type { Row } from './row.ts';

/** What a rendition shows. Seconds; PSNR in dB, SSIM 0…1, luma 16…235 of each picture. */
export interface Seen {
  flashes: number[];
  lumas: number[];
  psnr: number;
  ssim: number;
}

/** Makes the source of a row in a folder; its path. */
export async function sourceOf(row: Row, folder: string): Promise<string> {
  const named = (args: readonly string[]) =>
    args.map((arg) => arg.replace(/\{(.+)\}/, (_, name) => join(folder, name)));
  for (const { file, make } of row.before ?? []) await clipIn(folder, file, named(make));
  return clipIn(folder, row.file, named(row.make));
}

/** Does the transcoder's work on a row's source and answers what was appended and all tracks, each joined into one file. */
export async function outputOf(row: Row, folder: string) {
  const bucket = bucketOf(await sourceOf(row, folder));
  const { inspected, transcoded } = await work(bucket, { profile: profileNamed(row.profile ?? 'fast') });
  if (inspected === undefined || transcoded === undefined) throw new Error('nothing was appended');
  const tracks = await Promise.all(
    [...transcoded.renditions, ...transcoded.audio].map(async (listed) => {
      const { track, segments, bytes } = trackIn(bucket.objects, listed.track);
      const path = join(folder, `${row.file}.${listed.id}.mp4`);
      await writeFile(path, bytes);
      return { id: listed.id, track, segments, path };
    }),
  );
  const subtitles = transcoded.subtitles.map(({ key, label, size }) => {
    const stored = bucket.objects.get(key);
    if (stored?.body.length !== size) throw new Error(`${key} has ${stored?.body.length} bytes of ${size}`);
    return { label, ...cuesIn(stored.body.toString()) };
  });
  return { inspected, transcoded, tracks, subtitles };
}

/** When the cues of a WebVTT file begin, in seconds, and their text. */
function cuesIn(file: string): { begins: number[]; text: string } {
  const [head, ...blocks] = file.trimEnd().split('\n\n');
  if (head !== 'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000') throw new Error(`no WebVTT: ${head}`);
  const cues = blocks.map((block) => block.split('\n'));
  const begins = cues.map(([times = '']) => {
    const [, hours, minutes, seconds] = /^(\d\d):(\d\d):(\d\d\.\d{3}) --> \d\d:\d\d:\d\d\.\d{3}$/.exec(times) ?? [];
    return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  });
  return { begins, text: cues.flatMap(([, ...lines]) => lines).join('\n') };
}

/** Decodes a rendition: the luma of each picture, when it flashes, and how near the first one is to the upright picture. */
export async function look(path: string, row: Row): Promise<Seen> {
  const first = 'trim=end_frame=1,setpts=0';
  const printed = await ffmpeg(
    ...['-i', path, '-f', 'lavfi', '-i', referenceOf(row), '-filter_complex'],
    [
      `[0:v]split=2[all][one];[all]${LUMA}[seen]`,
      `[one]${first},scale=${row.size.replace('x', ':')}:in_color_matrix=bt709:in_range=tv,format=gbrp,split=2[a][b]`,
      `[1:v]${first},format=gbrp,split=2[c][d];[a][c]psnr[p];[b][d]ssim[s]`,
    ].join(';'),
    ...['seen', 'p', 's'].flatMap((name) => ['-map', `[${name}]`, '-f', 'null', '-']),
  );
  const pictures = lumasIn(printed);
  return {
    lumas: pictures.map(({ luma }) => luma),
    flashes: onsets(pictures),
    psnr: numberIn(printed, /PSNR .*average:([\d.]+|inf)/),
    ssim: numberIn(printed, /SSIM .*All:([\d.]+)/),
  };
}

const referenceOf = (row: Row) => row.reference ?? upright(row.size);

/** Mean luma of the upright picture. */
export async function lumaOf(row: Row): Promise<number> {
  const graph = `${referenceOf(row)},scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,${LUMA}`;
  const printed = await ffmpeg('-f', 'lavfi', '-i', graph, '-frames:v', '1', '-f', 'null', '-');
  return lumasIn(printed)[0]?.luma ?? Number.NaN;
}

/** When a track's beeps begin, in seconds. */
export async function listen(path: string): Promise<number[]> {
  const printed = await ffmpeg('-i', path, '-af', 'silencedetect=n=-20dB:d=0.05', '-f', 'null', '-');
  const ends = [...printed.matchAll(/silence_end: ([\d.]+)/g)].map((match) => Number(match[1]));
  const seconds = numberIn(printed, /time=(?:\d+:){2}([\d.]+)(?![\s\S]*time=)/);
  // The silence up to the end of the track ends there too, without a beep.
  return ends.filter((end) => end < seconds - 0.05);
}

const LUMA = 'signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-';

function lumasIn(printed: string): { time: number; luma: number }[] {
  const found = printed.matchAll(/pts_time:([\d.]+)\s+lavfi\.signalstats\.YAVG=([\d.]+)/g);
  return [...found].map((match) => ({ time: Number(match[1]), luma: Number(match[2]) }));
}

function onsets(pictures: readonly { time: number; luma: number }[]): number[] {
  const isWhite = (luma: number | undefined) => luma !== undefined && luma > 170;
  return pictures
    .filter(({ luma }, index) => isWhite(luma) && !isWhite(pictures[index - 1]?.luma))
    .map(({ time }) => time);
}

function numberIn(printed: string, pattern: RegExp): number {
  const [, text] = pattern.exec(printed) ?? [];
  if (text === undefined) throw new Error(`ffmpeg did not print ${pattern}: ${printed.slice(-2000)}`);
  return text === 'inf' ? Number.POSITIVE_INFINITY : Number(text);
}
