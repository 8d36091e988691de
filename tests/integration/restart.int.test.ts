import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Endpoints, findTools, startPlatform, type TestPlatform } from '@rushes/infra/testing';
import { makeClip } from '@rushes/shared/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, process as processClip, until } from '../setup/client.ts';

let home: string;
let platform: TestPlatform | undefined;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'rushes-restart-'));
});
afterAll(async () => {
  await platform?.stop();
  await rm(home, { recursive: true, force: true });
});

function pidsOf({ services, servers }: Endpoints): number[] {
  return [...Object.values(services), ...Object.values(servers)].map(({ pid }) => pid);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

/** All that clients see, but for the port that may be another one after a start on free ports. */
async function libraryOf({ origin }: Endpoints): Promise<string> {
  const answer = await call({ origin }, 'GET', '/v1/videos?limit=100');
  expect(answer.status).toBe(200);
  return answer.text.replaceAll(origin, '');
}

describe('the whole system', () => {
  let library: string;

  it('leaves no process behind when it is stopped, and no endpoints', async () => {
    platform = await startPlatform({ home });
    const { endpoints } = platform;
    const clip = await makeClip(findTools(process.env).ffmpeg, join(home, 'clips'), {
      name: 'clip.mp4',
      seconds: 1,
      width: 320,
      height: 180,
      rate: '30',
      audio: false,
    });
    expect(await processClip({ origin: endpoints.origin }, clip)).toMatchObject({ status: 'ready' });
    library = await libraryOf(endpoints);
    const pids = pidsOf(endpoints);
    expect(pids.every(isRunning)).toBe(true);
    expect(await platform.stop()).toBe(0);
    expect(pids.filter(isRunning)).toEqual([]);
    await expect(platform.current()).rejects.toThrow('ENOENT');
  });

  it('has the same library after a restart', async () => {
    platform = await startPlatform({ home });
    const { endpoints } = platform;
    // On another port all links are made anew, while the old ones are still served for a moment.
    expect(
      await until(
        'the library',
        () => libraryOf(endpoints),
        (found) => found === library,
      ),
    ).toBe(library);
    await platform.stop();
  });

  it('builds the library anew from the log when MongoDB has lost everything', async () => {
    await rm(join(home, 'data', 'mongo'), { recursive: true });
    platform = await startPlatform({ home });
    const { endpoints } = platform;
    expect(
      await until(
        'the library',
        () => libraryOf(endpoints),
        (found) => found === library,
      ),
    ).toBe(library);
  });

  it('starts a service again that dies, and says so in endpoints.json', async () => {
    if (platform === undefined) throw new Error('not started');
    const { pid } = platform.endpoints.services.thumbnailer;
    process.kill(pid, 'SIGKILL');
    const { current } = platform;
    const { services } = await until('another pid', current, (now) => now.services.thumbnailer.pid !== pid);
    await until(
      'it to be ready',
      () =>
        fetch(`${services.thumbnailer.url}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        ),
      Boolean,
    );
    expect(platform.output()).toContain('thumbnailer ended');
  });
});
