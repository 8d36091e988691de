import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTools, startPlatform, type TestPlatform } from '@rushes/infra/testing';
import { makeClip } from '@rushes/shared/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getEvents, put, register, until, untilDone } from '../setup/client.ts';

/**
 * Each stage is killed between every two of its steps, on the real system, with leases of two seconds: whatever was half
 * done, the video gets one outcome, and every event once.
 */
const STAGES = ['transcoder', 'thumbnailer', 'packager'] as const;
type Stage = (typeof STAGES)[number];

const root = fileURLToPath(new URL('../..', import.meta.url));
let home: string;
let platform: TestPlatform;
let clip: string;
const running = new Map<string, ChildProcess>();

function start(stage: Stage, script: string, ...args: string[]): ChildProcess {
  const env = join(home, 'config', `${stage}.env`);
  const child = spawn(process.execPath, [`--env-file=${env}`, join(root, script), ...args], { stdio: 'ignore' });
  running.set(stage, child);
  return child;
}
const startNormally = (stage: Stage) => start(stage, `services/${stage}/src/main.ts`);

async function stop(stage: Stage): Promise<void> {
  const child = running.get(stage);
  running.delete(stage);
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'rushes-crash-'));
  platform = await startPlatform({ home, env: { ACK_WAIT: '2s' }, args: ['--without', STAGES.join(',')] });
  clip = await makeClip(findTools(process.env).ffmpeg, home, {
    name: 'clip.mp4',
    seconds: 2,
    width: 320,
    height: 180,
    rate: '30',
    audio: true,
  });
  for (const stage of STAGES) startNormally(stage);
});

afterAll(async () => {
  await Promise.all(STAGES.map(stop));
  await platform?.stop();
  await rm(home, { recursive: true, force: true });
});

describe.each<[Stage, string]>([
  ['transcoder', 'claimed'],
  ['transcoder', 'appended#1'],
  ['transcoder', 'output'],
  ['transcoder', 'appended#2'],
  ['thumbnailer', 'claimed'],
  ['thumbnailer', 'output'],
  ['thumbnailer', 'appended'],
  ['packager', 'claimed'],
  ['packager', 'output'],
  ['packager', 'appended'],
])('a %s that is killed at "%s"', (stage, step) => {
  it('leaves a video that becomes ready, with every event once', async () => {
    const api = { origin: platform.endpoints.origin };
    await stop(stage);
    const victim = start(stage, `tests/crash/${stage}.ts`, step);
    const killed = once(victim, 'exit');
    const created = await register(api, clip);
    expect(await put(created, clip)).toBe(200);
    expect(await killed).toEqual([null, 'SIGKILL']);

    startNormally(stage);
    const video = await untilDone(api, created.video.id, 60);
    expect(video).toMatchObject({ status: 'ready', final: true, error: null });
    const verbs = (await getEvents(api, video.id)).map(({ type }) => type.replace('video.', ''));
    expect(verbs).toEqual(['requested', 'uploaded', 'inspected', 'transcoded', 'thumbnailed', 'packaged']);
    expect((await fetch(video.playback?.hls ?? '')).status).toBe(200);
    const scratch = join(platform.endpoints.scratch, stage);
    expect(
      await until(
        'scratch to be empty',
        () => readdir(scratch),
        (left) => left.length === 0,
      ),
    ).toEqual([]);
  });
});
