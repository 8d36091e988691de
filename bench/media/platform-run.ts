import { openAsBlob, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Endpoints, TestPlatform } from '@rushes/infra/testing';
import type { Plan, TranscodedData } from '@rushes/shared/events';
import type { Cost } from './command.ts';
import type { Listener } from './listener.ts';
import { descendantsOf, type ProcessFacts, processTable, sum } from './processes.ts';
import { startSampler } from './sampler.ts';

/** What one upload cost, counted from the end of the PUT. Seconds, bytes. */
export interface PlatformCost extends Cost {
  /** `wall` is the time to `packaged` of `standard`. `cpu` and `memory` are those of the three stages and their tools. */
  video: string;
  /** Until something plays: the first `packaged`. */
  playable: number;
  /** Until `packaged` of the last tier. */
  final: number;
  /** Of `cpu`: ffmpeg and ffprobe. */
  toolsCpu: number;
  /** Everything else of the platform, not in `cpu`: servers, the other services. */
  restCpu: number;
  toolsMemory: number;
  servicesMemory: number;
  /** Most bytes in scratch besides downloaded sources. */
  scratch: number;
  plan: Plan;
  transcoded: TranscodedData;
}

export interface RunDeps {
  platform: TestPlatform;
  listener: Listener;
}

/** Longest wait for a video to be done, in seconds. */
const PATIENCE = 3_600;

/** Uploads a file as a browser does and waits until all its tiers are published. */
export async function runThroughPlatform(path: string, profile: string, deps: RunDeps): Promise<PlatformCost> {
  const { platform, listener } = deps;
  const endpoints = await platform.current();
  const video = await upload(endpoints, path, profile);
  const began = performance.now();
  const before = cpuOf(processTable(), endpoints, platform.pid);
  const sampler = startSampler(() => ({ ...memoryOf(endpoints), scratch: scratchBytes(endpoints.scratch) }));
  try {
    await listener.until(video, (all) => all.some(({ verb, final }) => verb === 'packaged' && final), PATIENCE);
  } finally {
    sampler.stop();
  }
  const after = cpuOf(processTable(), endpoints, platform.pid);
  const peaks = sampler.stop();
  const packaged = listener.of(video).filter(({ verb }) => verb === 'packaged');
  const secondsTo = (found: { at: number } | undefined) => ((found?.at ?? Number.NaN) - began) / 1_000;
  const { plan } = required(listener.last(video, 'inspected'), 'inspected');
  return {
    video,
    wall: secondsTo(packaged.find(({ tier }) => tier === 'standard')),
    playable: secondsTo(packaged[0]),
    final: secondsTo(packaged.at(-1)),
    cpu: after.services + after.tools - before.services - before.tools,
    toolsCpu: after.tools - before.tools,
    restCpu: after.rest - before.rest,
    memory: peaks.together,
    toolsMemory: peaks.tools,
    servicesMemory: peaks.services,
    scratch: peaks.scratch,
    plan,
    transcoded: required(listener.last(video, 'transcoded'), 'transcoded'),
  };
}

/** Seconds from the end of the PUT until something plays; then the video is deleted, which stops the work. */
export async function timeToPlayable(path: string, { platform, listener }: RunDeps): Promise<number> {
  const endpoints = await platform.current();
  const video = await upload(endpoints, path, 'fast');
  const began = performance.now();
  await listener.until(video, (all) => all.some(({ verb }) => verb === 'packaged'), PATIENCE);
  const seconds = (performance.now() - began) / 1_000;
  await remove(endpoints, video);
  return seconds;
}

/** What the platform plans for a file; the work is stopped then. */
export async function planOfProfile(path: string, profile: string, { platform, listener }: RunDeps): Promise<Plan> {
  const endpoints = await platform.current();
  const video = await upload(endpoints, path, profile);
  await listener.until(video, (all) => all.some(({ verb }) => verb === 'inspected'), PATIENCE);
  await remove(endpoints, video);
  return required(listener.last(video, 'inspected'), 'inspected').plan;
}

/** Takes a video away, so that the next run does not find its clean-up at work later. */
export async function remove({ origin }: Pick<Endpoints, 'origin'>, video: string): Promise<void> {
  const answer = await fetch(`${origin}/v1/videos/${video}`, { method: 'DELETE' });
  if (answer.status !== 202) throw new Error(`deleting ${video}: ${answer.status} ${await answer.text()}`);
}

/** Registers and PUTs a file; the video's id. */
async function upload({ origin }: Endpoints, path: string, profile: string): Promise<string> {
  const body = await openAsBlob(path);
  const filename = basename(path);
  const request = { title: filename, filename, contentType: 'video/mp4', size: body.size, profile, strategy: 'single' };
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${origin}/v1/videos`, { method: 'POST', headers, body: JSON.stringify(request) });
  if (answer.status !== 201) throw new Error(`registering ${path}: ${answer.status} ${await answer.text()}`);
  const created = (await answer.json()) as {
    video: { id: string };
    upload: { url: string; headers: Record<string, string> };
  };
  const stored = await fetch(created.upload.url, { method: 'PUT', headers: created.upload.headers, body });
  if (stored.status !== 200) throw new Error(`PUT of ${path}: ${stored.status} ${await stored.text()}`);
  return created.video.id;
}

const stagesOf = ({ services }: Endpoints) => [
  services.transcoder.pid,
  services.thumbnailer.pid,
  services.packager.pid,
];

/** Seconds of CPU so far: the three stages themselves, the tools they ran or run, and all else of the platform. */
function cpuOf(table: readonly ProcessFacts[], endpoints: Endpoints, root: number) {
  const stages = stagesOf(endpoints);
  const services = table.filter(({ pid }) => stages.includes(pid));
  const running = descendantsOf(table, stages);
  const tools =
    sum(services.map(({ childrenCpu }) => childrenCpu)) + sum(running.map((one) => one.cpu + one.childrenCpu));
  const own = new Set([...services, ...running].map(({ pid }) => pid));
  const others = descendantsOf(table, [root]).filter(({ pid }) => !own.has(pid));
  return { services: cpuSum(services), tools, rest: cpuSum(others) };
}

const cpuSum = (processes: readonly ProcessFacts[]) => sum(processes.map(({ cpu }) => cpu));

function memoryOf(endpoints: Endpoints) {
  const table = processTable();
  const stages = stagesOf(endpoints);
  const services = sum(table.filter(({ pid }) => stages.includes(pid)).map(({ rss }) => rss));
  const tools = sum(descendantsOf(table, stages).map(({ rss }) => rss));
  return { services, tools, together: services + tools };
}

/** Bytes of all files below a folder but those called `source`, the stages' local copies of what was uploaded. */
function scratchBytes(folder: string): number {
  try {
    return sum(
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== 'source')
        .map(({ parentPath, name }) => statSync(join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0),
    );
  } catch (error) {
    // A job's folder that is removed while it is walked holds nothing that the look before has not seen.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}

function required<T>(value: T | undefined, verb: string): T {
  if (value === undefined) throw new Error(`video.${verb} was not heard`);
  return value;
}
