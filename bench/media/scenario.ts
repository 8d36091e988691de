import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan } from '@rushes/shared/events';
import { addCosts, type Cost, measured } from './command.ts';
import type { RunDeps } from './platform-run.ts';
import { type PlatformCost, remove, runThroughPlatform } from './platform-run.ts';
import { download } from './published.ts';
import { type Vmaf, vmafOf } from './quality.ts';
import { type Command, separateCommands, singleCommand } from './reference.ts';

export interface ScenarioDeps extends RunDeps {
  ffmpeg: string;
  /** For outputs; emptied behind each scenario. */
  folder: string;
  say(line: string): void;
}

/** One ffmpeg a resolution; the single command's time for a video's beginning. */
export type Way = 'separate' | 'beginning';

export interface Scenario {
  name: string;
  source: string;
  seconds: number;
  rounds: number;
  /** What is measured besides the platform and the single command. */
  ways: readonly Way[];
  /** What the single command makes; else what the platform planned. */
  referencePlan?: Plan;
  /** Every so many pictures VMAF looks at one. */
  vmafEvery: number;
}

/** Seconds of video in two segments of each rendition: what plays first. */
export const BEGINNING_SECONDS = 12;

/** Of one rendition or sound track, by the platform and by the single command. Bytes. */
export interface RungResult {
  id: string;
  bytes: { platform: number; single: number };
  vmaf: { platform: Vmaf; single: Vmaf } | null;
}

/** The runs of each way, in the order of the rounds. */
export interface ScenarioResult {
  scenario: Scenario;
  platform: PlatformCost[];
  single: Cost[];
  separate: Cost[];
  beginning: Cost[];
  rungs: RungResult[];
  /** The single command as one would type it. */
  command: Command;
}

/** Runs the ways one after the other, round by round, so that a machine's moods meet all of them; then looks at the pictures. */
export async function runScenario(scenario: Scenario, deps: ScenarioDeps): Promise<ScenarioResult> {
  const { source, rounds, ways } = scenario;
  const result: Omit<ScenarioResult, 'rungs' | 'command'> = {
    scenario,
    platform: [],
    single: [],
    separate: [],
    beginning: [],
  };
  const folders = { single: join(deps.folder, 'single'), other: join(deps.folder, 'other') };
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true });
  const note = (way: string, { wall, cpu }: Cost) =>
    deps.say(`${scenario.name}, ${way}: ${wall.toFixed(1)} s, CPU ${cpu.toFixed(1)} s`);
  for (let round = 1; round <= rounds; round += 1) {
    const last = result.platform.at(-1);
    if (last !== undefined) await remove(deps.platform.endpoints, last.video);
    const cost = await runThroughPlatform(source, 'fast', deps);
    note(`platform (playable ${cost.playable.toFixed(1)} s)`, cost);
    result.platform.push(cost);
    const plan = scenario.referencePlan ?? cost.plan;
    const single = await measured(deps.ffmpeg, singleCommand(plan, source).args, folders.single);
    note('single command', single);
    result.single.push(single);
    if (ways.includes('separate')) {
      const separate: Cost[] = [];
      for (const { args } of separateCommands(plan, source))
        separate.push(await measured(deps.ffmpeg, args, folders.other));
      note('one ffmpeg a resolution', addCosts(separate));
      result.separate.push(addCosts(separate));
    }
    if (ways.includes('beginning')) {
      const { args } = singleCommand(plan, source, BEGINNING_SECONDS);
      const beginning = await measured(deps.ffmpeg, args, folders.other);
      note(`single command, the first ${BEGINNING_SECONDS} s`, beginning);
      result.beginning.push(beginning);
    }
  }
  const rungs = await compareOutputs(scenario, required(result.platform.at(-1)), folders, deps);
  const plan = scenario.referencePlan ?? required(result.platform[0]).plan;
  await rm(deps.folder, { recursive: true });
  return { ...result, rungs, command: singleCommand(plan, 'source.mp4') };
}

/** Bytes and VMAF of what both ways have left; the platform's video is removed behind it. */
async function compareOutputs(
  { source, referencePlan, vmafEvery }: Scenario,
  { video, plan, transcoded }: PlatformCost,
  folders: { single: string; other: string },
  deps: ScenarioDeps,
): Promise<RungResult[]> {
  const pairs = [];
  for (const output of singleCommand(referencePlan ?? plan, source).outputs) {
    const rendition = transcoded.renditions.find(({ id }) => id === output.id);
    const listed = rendition ?? transcoded.audio.find(({ id }) => id === output.id);
    if (listed === undefined) {
      // What is copied may bear another name than what would be encoded.
      if (referencePlan !== undefined) continue;
      throw new Error(`the platform made no ${output.id}`);
    }
    const single = join(folders.single, output.file);
    const bytes = { platform: listed.size, single: (await stat(single)).size };
    const published = join(folders.other, output.file);
    if (rendition !== undefined) await download(deps.platform.endpoints.media, rendition.track, published);
    pairs.push({ id: output.id, bytes, rendition, single, published });
  }
  await remove(deps.platform.endpoints, video);
  const seen = pairs.flatMap(({ rendition, single, published }) =>
    rendition === undefined
      ? []
      : [
          { ...rendition, path: published },
          { ...rendition, path: single },
        ],
  );
  deps.say(`looking at the pictures of ${seen.length} files`);
  const scores = await vmafOf(source, seen, { ffmpeg: deps.ffmpeg, folder: deps.folder, every: vmafEvery });
  return pairs.map(({ id, bytes }) => {
    const [platform, single] = scores.filter((_, index) => seen[index]?.id === id);
    return { id, bytes, vmaf: platform === undefined || single === undefined ? null : { platform, single } };
  });
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a scenario needs one round at least');
  return value;
}
