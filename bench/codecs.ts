import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findTools } from '@rushes/infra/testing';
import type { Plan } from '@rushes/shared/events';
import { measured } from './media/command.ts';
import { type Codec, encoderOptions, type Quality } from './media/encoders.ts';
import { EXCERPT_SECONDS, excerpt, makeFootage, RATE } from './media/footage.ts';
import { withCleanUp } from './media/interrupt.ts';
import { describeMachine } from './media/machine.ts';
import { withPlatform } from './media/platform.ts';
import { planOfProfile } from './media/platform-run.ts';
import { CODECS, plannedQuality, RUNGS, type RungSide, usualQuality } from './media/qualities.ts';
import { type Vmaf, vmafOf } from './media/quality.ts';
import { table } from './media/report.ts';

/**
 * npm run bench:codecs -- [--codecs h264,av1,hevc,vp9] [--rungs 1080,720,480,360] [--profile max]
 *   [--try h264=23 --try hevc=24,27,30]
 *
 * What a codec costs and gives at each rung: CPU, bytes and VMAF of the encoder alone, fed with pictures of the rung's size.
 * `--profile` takes CRF and caps from the plan that the platform makes; `--try` tries values of CRF, without a cap.
 */
const OPTIONS = {
  codecs: { type: 'string', default: CODECS.join(',') },
  rungs: { type: 'string', default: RUNGS.join(',') },
  try: { type: 'string', multiple: true, default: [] as string[] },
  profile: { type: 'string', default: '' },
} as const;

const FOOTAGE = { width: 1920, height: 1080, seconds: 20, kind: 'camera' } as const;

interface Trial {
  rung: RungSide;
  codec: Codec;
  quality: Quality;
}

interface Outcome extends Trial {
  cpu: number;
  memory: number;
  bytes: number;
  vmaf: Vmaf;
}

async function main(args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { values } = parseArgs({ args, options: OPTIONS });
  const { ffmpeg } = findTools(env);
  const cache = fileURLToPath(new URL('.cache', import.meta.url));
  const source = await makeFootage(FOOTAGE, { ffmpeg, cache, clips: env.RUSHES_FOOTAGE });
  const plan = values.profile === '' ? null : await withPlatform((deps) => planOfProfile(source, values.profile, deps));
  const tried = new Map(values.try.map(parseTry));
  const rungs = RUNGS.filter((rung) => list(values.rungs).includes(String(rung)));
  const codecs = CODECS.filter((codec) => list(values.codecs).includes(codec));
  print('## Codecs', describeMachine(`npm run bench:codecs -- ${args.join(' ')}`.trim(), ffmpeg));
  const folder = await mkdtemp(join(tmpdir(), 'rushes-codecs-'));
  const measureAll = async () => {
    const outcomes: Outcome[] = [];
    for (const rung of rungs) {
      const trials = codecs.flatMap((codec) => trialsOf(rung, codec, plan, tried));
      outcomes.push(...(await measureRung(source, rung, trials, ffmpeg, join(folder, `${rung}`))));
    }
    return outcomes;
  };
  print(report(await withCleanUp(measureAll, () => rm(folder, { recursive: true, force: true }))));
}

function trialsOf(rung: RungSide, codec: Codec, plan: Plan | null, tried: ReadonlyMap<string, number[]>): Trial[] {
  if (tried.size > 0) {
    const crfs = tried.get(codec) ?? [];
    return crfs.map((crf) => ({ rung, codec, quality: { crf, maxrate: null, bufsize: null } }));
  }
  const planned = plan === null ? undefined : plannedQuality(plan, codec, rung);
  return [{ rung, codec, quality: planned ?? usualQuality(codec, rung) }];
}

/** `hevc=24,27` */
function parseTry(text: string): [codec: string, crfs: number[]] {
  const [codec = '', crfs = ''] = text.split('=');
  return [codec, list(crfs).map(Number)];
}

async function measureRung(
  source: string,
  rung: RungSide,
  trials: readonly Trial[],
  ffmpeg: string,
  folder: string,
): Promise<Outcome[]> {
  await mkdir(folder, { recursive: true });
  const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'];
  const size = { width: 2 * Math.round((rung * 16) / 18), height: rung };
  // Not compressed, so that reading it costs the encoders' figures next to nothing.
  const raw = join(folder, 'source.y4m');
  const scaled = [
    '-vf',
    `${excerpt()},scale=${size.width}:${size.height}:flags=bicubic,setsar=1`,
    '-fps_mode',
    'passthrough',
    '-an',
  ];
  await measured(ffmpeg, [...quiet, '-i', source, ...scaled, '-pix_fmt', 'yuv420p', raw], folder);
  const outcomes: Outcome[] = [];
  for (const trial of trials) {
    const { codec, quality } = trial;
    const path = join(folder, `${codec}.mp4`);
    const options = encoderOptions(codec, quality, 2 * RATE);
    const { cpu, memory } = await measured(ffmpeg, [...quiet, '-i', raw, ...options, path], folder);
    const [vmaf] = await vmafOf(raw, [{ path, ...size }], { ffmpeg, folder, every: 3 });
    if (vmaf === undefined) throw new Error(`VMAF of ${codec} was not found`);
    const { size: bytes } = await stat(path);
    say(`${rung} ${codec} crf ${quality.crf}: CPU ${cpu.toFixed(1)} s, ${bytes} bytes, VMAF ${vmaf.mean.toFixed(2)}`);
    outcomes.push({ ...trial, cpu, memory, bytes, vmaf });
  }
  await rm(folder, { recursive: true });
  return outcomes;
}

function report(outcomes: readonly Outcome[]): string {
  const head = [
    'rung',
    'codec',
    'CRF',
    'cap kbit/s',
    'CPU s a minute',
    'memory MB',
    'kbit/s',
    'VMAF mean / 1 %',
    'CPU ÷',
    'bytes ÷',
    'VMAF −',
  ];
  const rows = outcomes.map((outcome) => {
    const { rung, codec, quality, cpu, memory, bytes, vmaf } = outcome;
    const h264 = outcomes.find((other) => other.rung === rung && other.codec === 'h264');
    return [
      `${rung}`,
      codec,
      `${quality.crf}`,
      quality.maxrate === null ? 'none' : `${quality.maxrate / 1_000}`,
      ((cpu * 60) / EXCERPT_SECONDS).toFixed(1),
      (memory / 1e6).toFixed(0),
      ((bytes * 8) / EXCERPT_SECONDS / 1_000).toFixed(0),
      `${vmaf.mean.toFixed(1)} / ${vmaf.low.toFixed(1)}`,
      ...(h264 === undefined
        ? ['', '', '']
        : [
            `${(cpu / h264.cpu).toFixed(2)} ×`,
            `${(bytes / h264.bytes).toFixed(2)} ×`,
            `${signed(vmaf.mean - h264.vmaf.mean)}`,
          ]),
    ];
  });
  return `${EXCERPT_SECONDS} s of video, three of every kind; the last three columns hold it against H.264.\n\n${table(head, rows)}`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
}

function list(text: string): string[] {
  return text.split(',').filter((part) => part !== '');
}

function print(...parts: string[]): void {
  process.stdout.write(`${parts.join('\n\n')}\n\n`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

await main(process.argv.slice(2), process.env);
