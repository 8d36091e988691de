import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findTools } from '@rushes/infra/testing';
import { type FootageDeps, type Kind, makeFootage, repeatFootage } from './media/footage.ts';
import { describeMachine } from './media/machine.ts';
import { withPlatform } from './media/platform.ts';
import { type PlatformCost, remove, runThroughPlatform, timeToPlayable } from './media/platform-run.ts';
import { describeScenario, mean, verdictTable } from './media/report.ts';
import { runScenario, type Scenario, type ScenarioDeps, type ScenarioResult } from './media/scenario.ts';

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

/** Pictures that VMAF looks at, whatever the length. */
const LOOKED_AT = 200;

async function main(args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { values } = parseArgs({ args, options: OPTIONS });
  const seconds = Math.round(number(values.minutes) * 60);
  const longSeconds = Math.round(number(values['long-minutes']) * 60);
  if (values.hour && longSeconds === 0)
    throw new Error('--hour is made of the long clip: --long-minutes must be above 0');
  const { ffmpeg } = findTools(env);
  const cache = fileURLToPath(new URL('.cache', import.meta.url));
  const footage: FootageDeps = { ffmpeg, cache, clips: env.RUSHES_FOOTAGE };
  const make = (size: typeof HD, length: number, kind: Kind) =>
    makeFootage({ ...size, seconds: length, kind }, footage);
  say('making the footage');
  const hdSource = await make(HD, seconds, 'camera');
  const webSource = values.passthrough ? await make(HD, seconds, 'web') : null;
  const longSource = longSeconds > 0 ? await make(SMALL, longSeconds, 'camera') : null;
  const hourSource = values.hour && longSource !== null ? await repeatFootage(longSource, HOUR, footage) : null;
  print('## Encoding', describeMachine(`npm run bench:encode -- ${args.join(' ')}`, ffmpeg));
  await withPlatform(async ({ home, ...running }) => {
    const deps: ScenarioDeps = { ...running, ffmpeg, folder: join(home, 'bench'), say };
    const rounds = Math.max(1, number(values.rounds));
    const hd = await run({ name: '1080p', source: hdSource, seconds, rounds, ways: ['separate', 'beginning'] }, deps);
    if (webSource !== null) await passthrough(webSource, hd, deps);
    if (values.web) print(await web(hdSource, hd.platform, deps));
    if (longSource === null) return;
    const about = { name: '720p', source: longSource, seconds: longSeconds, rounds: 1 };
    const long = await run({ ...about, ways: ['beginning'] }, deps);
    if (hourSource !== null) print(await hour(hourSource, long, deps));
  });
}

async function run(about: Omit<Scenario, 'vmafEvery'>, deps: ScenarioDeps): Promise<ScenarioResult> {
  const vmafEvery = Math.max(1, Math.round((about.seconds * 30) / LOOKED_AT));
  const result = await runScenario({ ...about, vmafEvery }, deps);
  print(describeScenario(result));
  return result;
}

/** A source that fits a rung and the grid; the single command encodes that rung like the others. */
async function passthrough(source: string, hd: ScenarioResult, deps: ScenarioDeps): Promise<void> {
  const referencePlan = hd.platform[0]?.plan;
  if (referencePlan === undefined) throw new Error('nothing was planned for 1080p');
  const { seconds } = hd.scenario;
  const about = { name: '1080p that is copied', source, seconds, rounds: 1, ways: [], referencePlan };
  const { platform } = await run(about, deps);
  const isCopied = platform.some(({ plan }) => plan.renditions.some(({ mode }) => mode === 'copy'));
  if (!isCopied) print('The plan copies nothing: it was encoded like any other.');
}

async function web(source: string, fast: readonly PlatformCost[], deps: ScenarioDeps): Promise<string> {
  const cost = await runThroughPlatform(source, 'web', deps);
  await remove(deps.platform.endpoints, cost.video);
  const found = cost.cpu / mean(fast.map(({ cpu }) => cpu));
  const codecs = [...new Set(cost.transcoded.renditions.map(({ codec }) => codec))].join(', ');
  const [ready, done, cpu] = [cost.wall, cost.final, cost.cpu].map((value) => value.toFixed(1));
  return [
    '### Profile `web`',
    `${codecs}: ready after ${ready} s, all done after ${done} s, CPU ${cpu} s, memory ${(cost.memory / 1e6).toFixed(0)} MB.`,
    verdictTable([{ what: 'profile `web` against `fast`, CPU', budget: 2.2, found, unit: '×' }]),
  ].join('\n\n');
}

async function hour(source: string, long: ScenarioResult, deps: ScenarioDeps): Promise<string> {
  const seconds = await timeToPlayable(source, deps);
  const found = seconds / mean(long.beginning.map(({ wall }) => wall));
  const what = `upload end → playable of an hour of 720p (${seconds.toFixed(1)} s)`;
  return verdictTable([{ what, budget: 2, found, unit: '×' }]);
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
