import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * `camera`: of many bits, keyframes as x264 sets them, at cuts and every 250 pictures at the latest. `web`: an export for the
 * web, closed GOPs of two seconds under a cap, which fits a rung as it is.
 */
export type Kind = 'camera' | 'web';

/** One clip to make; the same one is made once and kept. */
export interface Wanted {
  width: number;
  height: number;
  seconds: number;
  kind: Kind;
}

export interface FootageDeps {
  ffmpeg: string;
  /** Where clips are kept. */
  cache: string;
  /** Folder of the real clips, before the usual places. */
  clips: string | undefined;
}

/** The rate of all footage here. */
export const RATE = 30;

/** Raised when what is made changes. */
const VERSION = 4;

/** Where Debian's packages forensics-samples-files and python-kivy-examples put them. */
const USUAL_FOLDERS = [
  '/usr/share/forensics-samples/original-files/movie1',
  '/usr/share/forensics-samples/original-files/movie2',
  '/usr/share/kivy-examples/widgets',
];

/**
 * Free clips and what becomes of them in one pass of the reel: a dog, by hand with a phone (46 pictures, there and back);
 * towers at night, filmed from below (every picture shown, so a fifth faster); a talking head over a screencast.
 */
const PARTS = [
  { file: 'VID_20191220_170832.mp4', steps: 'split[there][x];[x]reverse[back];[there][back]concat', frames: 92 },
  { file: 'cityCC0.mpg', steps: `setpts=N/${RATE}/TB`, frames: 190 },
  { file: 'movie-hello.mp4', steps: 'null', frames: 249 },
] as const;
/** Pictures of each part that make the excerpt. */
const EXCERPT_FRAMES = 90;
/** Seconds of the excerpt. */
export const EXCERPT_SECONDS = (PARTS.length * EXCERPT_FRAMES) / RATE;

/** A filter that leaves three seconds of every part: as many kinds of picture as there are, in the shortest time. */
export function excerpt(): string {
  const starts = PARTS.map((_, index) => PARTS.slice(0, index).reduce((total, { frames }) => total + frames, 0));
  const chosen = starts.map((start) => `between(n,${start},${start + EXCERPT_FRAMES - 1})`).join('+');
  return `select='${chosen}',setpts=N/${RATE}/TB`;
}

const VOICE = 'movie-hello.mp4';
const REEL_SECONDS = PARTS.reduce((total, { frames }) => total + frames, 0) / RATE;

/**
 * A long clip out of the few seconds of real footage that install without a download. Every pass of the reel differs: a
 * window of 92 % wanders over the picture as a hand would move it, every second pass is mirrored, saturation and brightness
 * swing slowly, fine grain changes with every picture (most parts are scaled up and have none of their own).
 * @throws when a real clip is missing: it says which packages have it
 */
export async function makeFootage(wanted: Wanted, deps: FootageDeps): Promise<string> {
  const { width, height, seconds, kind } = wanted;
  await mkdir(deps.cache, { recursive: true });
  const reel = await once(join(deps.cache, `reel-${width}x${height}-v${VERSION}.mkv`), (path) =>
    makeReel(path, wanted, deps),
  );
  const graph = [
    `[0:v]crop=w='0.92*iw':h='0.92*ih':x='(iw-ow)*(0.5+0.35*sin(t*0.83)+0.15*sin(t*3.1))':y='(ih-oh)*(0.5+0.35*sin(t*0.71)+0.15*cos(t*2.7))'`,
    `hflip=enable='gte(mod(t,${2 * REEL_SECONDS}),${REEL_SECONDS})'`,
    `hue=s='1+0.15*sin(t/17)':b='0.3*sin(t/23)'`,
    `scale=${width}:${height}:flags=bicubic,setsar=1`,
    'noise=alls=4:allf=t',
    'format=yuv420p[v]',
  ].join(',');
  const name = `${width}x${height}-${seconds}s-${kind}-v${VERSION}.mp4`;
  return once(join(deps.cache, name), (path) =>
    ffmpeg(deps.ffmpeg, [
      ...['-stream_loop', '-1', '-i', reel, '-stream_loop', '-1', '-i', find(VOICE, deps), '-filter_complex', graph],
      ...['-map', '[v]', '-map', '1:a:0', '-t', `${seconds}`],
      ...['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '3', ...KINDS[kind], ...BT709],
      ...['-c:a', 'aac', '-b:a', '160k', '-movflags', '+faststart', path],
    ]),
  );
}

/** An hour out of the clip of minutes, copied: only its beginning is ever encoded. */
export function repeatFootage(path: string, seconds: number, deps: FootageDeps): Promise<string> {
  return once(path.replace(/\.mp4$/, `-repeated-${seconds}s.mp4`), (target) =>
    ffmpeg(deps.ffmpeg, [
      '-stream_loop',
      '-1',
      '-i',
      path,
      '-t',
      `${seconds}`,
      '-c',
      'copy',
      '-movflags',
      '+faststart',
      target,
    ]),
  );
}

const KINDS: Record<Kind, string[]> = {
  camera: '-crf 19 -maxrate 16M -bufsize 24M'.split(' '),
  web: '-crf 22 -maxrate 5M -bufsize 7.5M -g 60 -keyint_min 60 -sc_threshold 0 -flags +cgop'.split(' '),
};
const BT709 = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'];

function makeReel(path: string, { width, height }: Wanted, deps: FootageDeps): Promise<void> {
  const chains = PARTS.map(
    ({ steps, frames }, index) =>
      `[${index}:v:0]scale=${width}:${height}:flags=lanczos:out_color_matrix=bt709:out_range=tv,setsar=1,fps=${RATE},${steps.replaceAll(/\[(\w+)\]/g, `[$1${index}]`)},trim=end_frame=${frames},format=yuv420p[part${index}]`,
  );
  const graph = [...chains, `${PARTS.map((_, index) => `[part${index}]`).join('')}concat=n=${PARTS.length}[v]`].join(
    ';',
  );
  const inputs = PARTS.flatMap(({ file }) => ['-i', find(file, deps)]);
  const light = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '8', ...BT709];
  return ffmpeg(deps.ffmpeg, [...inputs, '-filter_complex', graph, '-map', '[v]', ...light, path]);
}

function find(file: string, { clips }: FootageDeps): string {
  const folders = [...(clips === undefined ? [] : [clips]), ...USUAL_FOLDERS];
  const path = folders.map((folder) => join(folder, file)).find(existsSync);
  if (path !== undefined) return path;
  throw new Error(
    `${file} is in none of ${folders.join(', ')}. Debian has it in forensics-samples-files or python-kivy-examples; RUSHES_FOOTAGE names a folder with it.`,
  );
}

/** Makes a file under another name first, so that one that broke off is not taken for whole. */
async function once(path: string, make: (path: string) => Promise<void>): Promise<string> {
  if (existsSync(path)) return path;
  const unfinished = path.replace(/(\.\w+)$/, '.unfinished$1');
  try {
    await make(unfinished);
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
  return path;
}

async function ffmpeg(tool: string, args: readonly string[]): Promise<void> {
  await run(tool, ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', ...args], { maxBuffer: 1024 ** 2 });
}
