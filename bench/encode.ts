import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findTools } from '@rushes/infra/testing';
import type { Plan } from '@rushes/shared/events';
import { type FootageDeps, makeFootage, repeatFootage } from './media/footage.ts';
import { describeMachine } from './media/machine.ts';
import { withPlatform } from './media/platform.ts';
import { type PlatformCost, remove, runThroughPlatform, timeToPlayable } from './media/platform-run.ts';
import { describeScenario, mean, table, type Verdict, verdictRow } from './media/report.ts';
import { runScenario, type ScenarioDeps, type ScenarioResult } from './media/scenario.ts';

/**
 * npm run bench:encode -- [--minutes 1] [--rounds 2] [--long-minutes 10] [--passthrough] [--web] [--hour]
 *
 * The whole platform against ffmpeg alone on the same footage, in one run: 1080p, and 720p for longer (0: left out). Further:
 * a source that is copied into its rung, the profile `web` against `fast`, and how soon an hour of video plays. The report,
 * Markdown for docs/benchmarks.md, goes to stdout, what happens meanwhile to stderr. Numbers mean something on an idle machine.
 */
const OPTIONS = {
  minutes: { type: 'string', default: '1' },
  rounds: { type: 'string', default: '2' },
  'long-minutes': { type: 'string', default: '10' },
  passthrough: { type: 'boolean', default: false },
  web: { type: 'boolean', default: false },
  hour: { type: 'boolean', default: false },
} as const;

const HD = { width: 1920, height: 1080 };
const SMALL = { width: 1280, height: 720 };
const HOUR = 3_600;

async function main(args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { values } = parseArgs({ args, options: OPTIONS });
  const [seconds, longSeconds, rounds] = [
    Math.round(number(values.minutes) * 60),
    Math.round(number(values['long-minutes']) * 60),
    number(values.rounds),
  ];
  const { ffmpeg } = findTools(env);
  const cache = fileURLToPath(new URL('.cache', import.meta.url));
  const footage: FootageDeps = { ffmpeg, cache, clips: env.RUSHES_FOOTAGE };
  say('making the footage');
  const sources = {
    hd: await makeFootage({ ...HD, seconds, kind: 'camera' }, footage),
    web: values.passthrough ? await makeFootage({ ...HD, seconds, kind: 'web' }, footage) : null,
    long: longSeconds > 0 ? await makeFootage({ ...SMALL, seconds: longSeconds, kind: 'camera' }, footage) : null,
  };
  await withPlatform(async ({ home, ...running }) => {
    const deps: ScenarioDeps = { ...running, ffmpeg, folder: join(home, 'bench'), say };
    print('## Encoding', describeMachine(`npm run bench:encode -- ${args.join(' ')}`.trim(), ffmpeg));
    const hd = await runScenario(
      {
        name: '1080p',
        source: sources.hd,
        seconds,
        rounds,
        ways: ['separate', 'beginning'],
        vmafEvery: everyFor(seconds),
      },
      deps,
    );
    print(describeScenario(hd));
    if (sources.web !== null) print(await passthrough(sources.web, seconds, planOf(hd), deps));
    if (values.web) print(await web(sources.hd, hd.platform, deps));
    if (sources.long === null) return;
    const long = await runScenario(
      {
        name: '720p, long',
        source: sources.long,
        seconds: longSeconds,
        rounds: 1,
        ways: ['beginning'],
        vmafEvery: everyFor(longSeconds),
      },
      deps,
    );
    print(describeScenario(long));
    if (values.hour) print(await hour(await repeatFootage(sources.long, HOUR, footage), long, deps));
  });
}

/** A source that fits a rung and the grid; the single command encodes that rung like the others. */
async function passthrough(source: string, seconds: number, referencePlan: Plan, deps: ScenarioDeps): Promise<string> {
  const name = '1080p that is copied';
  const result = await runScenario(
    { name, source, seconds, rounds: 1, ways: [], referencePlan, vmafEvery: everyFor(seconds) },
    deps,
  );
  const copied = result.platform.some(({ plan }) => plan.renditions.some(({ mode }) => mode === 'copy'));
  return `${describeScenario(result)}${copied ? '' : '\n\nThe plan copies nothing: it was encoded like any other.'}`;
}

async function web(source: string, fast: readonly PlatformCost[], deps: ScenarioDeps): Promise<string> {
  const cost = await runThroughPlatform(source, 'web', deps);
  await remove(deps.platform.endpoints, cost.video);
  const found = cost.cpu / mean(fast.map(({ cpu }) => cpu));
  const verdict: Verdict = { what: 'profile `web` against `fast`, CPU', budget: 2.2, found, unit: '×' };
  const codecs = [...new Set(cost.transcoded.renditions.map(({ codec }) => codec))].join(', ');
  return [
    '### Profile `web`',
    `${codecs}: ready after ${cost.wall.toFixed(1)} s, all done after ${cost.final.toFixed(1)} s, CPU ${cost.cpu.toFixed(1)} s, memory ${(cost.memory / 1e6).toFixed(0)} MB.`,
    table(['promise', 'budget', 'found', ''], [verdictRow(verdict)]),
  ].join('\n\n');
}

async function hour(source: string, long: ScenarioResult, deps: ScenarioDeps): Promise<string> {
  const seconds = await timeToPlayable(source, deps);
  const found = seconds / mean(long.beginning.map(({ wall }) => wall));
  const verdict: Verdict = { what: 'upload end → playable of an hour of 720p', budget: 2, found, unit: '×' };
  return table(['promise', 'budget', 'found', ''], [verdictRow(verdict)]);
}

function planOf({ platform }: ScenarioResult): Plan {
  const [first] = platform;
  if (first === undefined) throw new Error('--rounds must be at least 1');
  return first.plan;
}

/** About two hundred pictures are looked at, whatever the length. */
function everyFor(seconds: number): number {
  return Math.max(1, Math.round((seconds * 30) / 200));
}

function number(text: string): number {
  const value = Number(text);
  if (!(value >= 0)) throw new Error(`"${text}" is not a number`);
  return value;
}

function print(...parts: string[]): void {
  process.stdout.write(`${parts.join('\n\n')}\n\n`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

await main(process.argv.slice(2), process.env);
