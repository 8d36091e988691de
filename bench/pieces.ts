import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findTools } from '@rushes/infra/testing';
import type { Plan, Source } from '@rushes/shared/events';
import { MAX_DURATION_SECONDS, MAX_PIXELS, measureTiming, probe, runFfmpeg } from '@rushes/shared/media';
import { parseProfiles } from '@rushes/shared/profiles';
import { makeClip, realClip } from '@rushes/shared/testing';
import { encodeArguments } from '../services/transcoder/src/core/arguments.ts';
import { framesBefore, gridOf } from '../services/transcoder/src/core/grid.ts';
import { inspect } from '../services/transcoder/src/core/inspect.ts';
import {
  costOf,
  costsOf,
  type Piece,
  picturesOf,
  piecesOf,
  segmentsIn,
  soundOf,
} from '../services/transcoder/src/core/pieces.ts';
import { plan } from '../services/transcoder/src/core/plan.ts';
import { partOf } from '../services/transcoder/src/core/tiers.ts';

/**
 * What a long video costs in pieces: the CPU of ffmpeg for each, and so how fast n workers are that have cores of their own. CPU
 * and not time, so that it can be measured on any machine, busy or not.
 *
 *   node bench/pieces.ts [--seconds 240] [--short 360] [--profile fast] [--file <video>]
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '240' },
    short: { type: 'string', default: '360' },
    profile: { type: 'string', default: 'fast' },
    file: { type: 'string' },
  },
});
const WORKERS = [1, 2, 3, 4];
const { ffmpeg: ffmpegPath, ffprobe: ffprobePath } = findTools(process.env);
const folder = mkdtempSync(join(tmpdir(), 'rushes-pieces-'));

try {
  const path = values.file ?? (await longClip(Number(values.seconds), Number(values.short)));
  const { source, part } = await planned(path);
  const total = segmentsIn(gridOf(part), source.durationSeconds);
  const costs = costsOf(source, part);
  const { width, height } = source.video;
  console.log(
    `${width}x${height}, ${source.durationSeconds} s, ${total} segments: ${part.renditions.map(({ id }) => id).join(' ')}`,
  );
  console.log(`expected: skipping ${percent(costs.skip)}, sound ${percent(costs.sound)} of what a segment takes\n`);
  console.log('| workers | segments of each | CPU of ffmpeg for each, s | sum | speed | of n |');
  console.log('|---|---|---|---|---|---|');
  let alone = 0;
  for (const workers of WORKERS) {
    const pieces = piecesOf(source, part, workers);
    const shares: Piece[] = pieces.length === 0 ? [{ index: 0, from: 0, to: null }] : pieces;
    const seconds: number[] = [];
    for (const piece of shares) seconds.push(await cpuOf(path, source, part, piece));
    const [sum, slowest] = [seconds.reduce((all, one) => all + one, 0), Math.max(...seconds)];
    if (workers === 1) alone = slowest;
    const speed = alone / slowest;
    const lengths = shares.map(({ from, to }) => (to ?? total) - from).join(' ');
    const each = seconds.map((one) => one.toFixed(1)).join(' ');
    console.log(
      `| ${workers} | ${lengths} | ${each} | ${sum.toFixed(1)} | ${speed.toFixed(2)} | ${(speed / shares.length).toFixed(2)} |`,
    );
    const expected = shares.map((piece) => costOf(piece, total, costs).toFixed(1)).join(' ');
    if (workers > 1) console.log(`|   |   | expected, in segments: ${expected} |   |   |   |`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Real footage over and over, each time of another tint, where there is some; else a test picture under noise. */
async function longClip(seconds: number, short: number): Promise<string> {
  const real = await realClip('cityCC0.mpg');
  const size = `${Math.round((short * 16) / 9 / 2) * 2}:${short}`;
  const path = join(folder, 'long.mp4');
  if (real === null) {
    const [width = 0, height = 0] = size.split(':').map(Number);
    const more = ['-vf', 'noise=alls=12:allf=t', '-crf', '23'];
    return makeClip(ffmpegPath, folder, { name: 'long.mp4', seconds, width, height, rate: '30', audio: true, more });
  }
  await runFfmpeg({
    ffmpegPath,
    inputs: [{ path: real, options: ['-stream_loop', '-1'] }],
    filter: `[0:v]scale=${size},setsar=1,hue='h=7*n',fps=30[v];sine=frequency=330:sample_rate=48000[a]`,
    outputs: [
      {
        url: path,
        options: [
          ...['-map', '[v]', '-map', '[a]', '-t', `${seconds}`, '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20'],
          ...['-pix_fmt', 'yuv420p', '-c:a', 'aac', '-ac', '2', '-f', 'mp4'],
        ],
      },
    ],
    signal: new AbortController().signal,
    timeoutSeconds: 3_600,
  });
  return path;
}

async function planned(path: string): Promise<{ source: Source; part: Plan }> {
  const options = { ffprobePath, signal: new AbortController().signal };
  const file = await probe(path, options);
  const limits = { maxPixels: MAX_PIXELS, maxDurationSeconds: MAX_DURATION_SECONDS };
  const inspection = inspect(file, await measureTiming(path, 20, options), 1, limits);
  const profile = parseProfiles().get(values.profile);
  if (inspection.kind === 'refused') throw inspection.failure;
  if (profile === undefined) throw new Error(`there is no profile ${values.profile}`);
  return { source: inspection.source, part: partOf(plan(inspection.source, profile), 'standard') };
}

/** As the transcoder makes it: the first piece with its sound, and then the sound of all; the others their pictures. */
async function cpuOf(path: string, source: Source, part: Plan, { index, from, to }: Piece): Promise<number> {
  const grid = gridOf(part);
  const end = to === null ? undefined : framesBefore(grid, to);
  const range = { start: framesBefore(grid, from), end };
  if (index > 0) return cpu(path, source, picturesOf(part), range);
  const pictures = await cpu(path, source, part, range);
  return end === undefined
    ? pictures
    : pictures + (await cpu(path, source, soundOf(part), { start: 0, end: undefined }));
}

/** Seconds of CPU, user's and system's, of one run whose output is thrown away. */
async function cpu(
  path: string,
  source: Source,
  part: Plan,
  range: { start: number; end: number | undefined },
): Promise<number> {
  const [script, notes] = [join(folder, 'measured'), join(folder, 'times')];
  await rm(notes, { force: true });
  await writeFile(script, `#!/bin/bash\n'${ffmpegPath}' "$@"\ncode=$?\ntimes >> '${notes}'\nexit $code\n`, {
    mode: 0o755,
  });
  const { input, filter, outputs } = encodeArguments(source, part, range);
  await runFfmpeg({
    ffmpegPath: script,
    inputs: [{ path, options: input }],
    filter,
    outputs: outputs.map(({ options }) => ({ url: '/dev/null', options })),
    signal: new AbortController().signal,
    timeoutSeconds: 3_600,
    isHeld: () => true,
  });
  // fluent-ffmpeg asks for lists of formats by the same script; they are done before it starts.
  const last = (await readFile(notes, 'utf8')).trim().split('\n').at(-1) ?? '';
  return [...last.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest),
    0,
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
