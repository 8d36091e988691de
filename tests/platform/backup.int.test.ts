import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Endpoints, findTools, startPlatform, type TestPlatform } from '@rushes/infra/testing';
import { makeClip } from '@rushes/shared/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, getEvents, process as processClip, put, register, until, untilDone } from '../setup/client.ts';

const ROOT = join(import.meta.dirname, '../..');
const COMMANDS = {
  backup: 'infra/backup/backup-command.ts',
  restore: 'infra/backup/restore-command.ts',
  repair: 'infra/backup/repair-command.ts',
  rebuild: 'services/catalog/src/rebuild-command.ts',
};
let folder: string;
let home: string;
let platform: TestPlatform | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-backup-'));
  home = join(folder, 'home');
});
afterAll(async () => {
  await platform?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What a person types after `npm run`; stdout and stderr together. */
async function run(command: keyof typeof COMMANDS, ...args: string[]): Promise<{ ok: boolean; text: string }> {
  const script = join(ROOT, COMMANDS[command]);
  const env = { ...process.env, RUSHES_HOME: home };
  const ended = promisify(execFile)(process.execPath, [script, ...args], { cwd: ROOT, env });
  return ended.then(
    ({ stdout, stderr }) => ({ ok: true, text: stdout + stderr }),
    ({ stdout, stderr }: { stdout: string; stderr: string }) => ({ ok: false, text: stdout + stderr }),
  );
}

/** What clients see of videos, but for the port, which is another one after a start on free ports. */
async function viewOf({ origin }: Endpoints, ids: readonly string[]): Promise<string[]> {
  const answers = await Promise.all(ids.map((id) => call({ origin }, 'GET', `/v1/videos/${id}`)));
  return answers.map(({ status, text }) => `${status} ${text.replaceAll(origin, '')}`);
}

/** All that `npm start` ever wrote but for the objects: log, buckets, read model, queue, secrets, ports. */
async function loseEverythingButObjects(): Promise<void> {
  const inHome = (await readdir(home)).filter((name) => name !== 'data' && name !== 'cache');
  const inData = (await readdir(join(home, 'data'))).filter((name) => name !== 's3');
  const paths = [...inHome.map((name) => join(home, name)), ...inData.map((name) => join(home, 'data', name))];
  await Promise.all(paths.map((path) => rm(path, { recursive: true, force: true })));
}

describe('a backup of a running system', () => {
  const backedUp: string[] = [];
  let uploading: Awaited<ReturnType<typeof register>>;
  let lost: string;
  let library: string[];
  let clip: string;
  const dir = () => join(folder, 'monday');

  it('is taken while it runs, and never over another', async () => {
    platform = await startPlatform({ home, env: { ACK_WAIT: '2s' } });
    const { endpoints } = platform;
    const short = { name: 'short.mp4', width: 320, height: 180, rate: '25', seconds: 2, audio: true };
    clip = await makeClip(findTools(process.env).ffmpeg, join(folder, 'clips'), short);
    const notVideo = join(ROOT, 'package.json');
    const videos = [
      await processClip(endpoints, clip, { title: 'one', profile: 'fast' }),
      await processClip(endpoints, clip, { title: 'two', profile: 'fast' }),
      await processClip(endpoints, notVideo, { title: 'no video' }),
    ];
    expect(videos.map(({ status }) => status)).toEqual(['ready', 'ready', 'failed']);
    backedUp.push(...videos.map(({ id }) => id));
    uploading = await register(endpoints, clip, { title: 'on its way', profile: 'fast' });
    const { ok, text } = await run('backup', dir());
    expect(ok, text).toBe(true);
    expect(text).toMatch(/VIDEO +\d+ messages, to sequence \d+/);
    expect(await run('backup', dir())).toMatchObject({ ok: false, text: expect.stringContaining('exists') });
    library = await viewOf(endpoints, backedUp);
  });

  it('is not restored while Rushes runs', async () => {
    expect(await run('restore', dir())).toMatchObject({ ok: false, text: expect.stringContaining('already runs') });
  });

  it('gives back the same library when all but the objects is lost', async () => {
    if (platform === undefined) throw new Error('there is no platform');
    // After the backup: a video it does not know, and one whose upload it has as open.
    lost = (await processClip(platform.endpoints, clip, { title: 'three', profile: 'fast' })).id;
    expect(await put(uploading, clip)).toBe(200);
    expect((await untilDone(platform.endpoints, uploading.video.id)).status).toBe('ready');
    await platform.stop();
    await loseEverythingButObjects();
    const restored = await run('restore', dir());
    expect(restored.ok, restored.text).toBe(true);
    expect(restored.text).toMatch(/restored the log to sequence \d+; its log id is [0-9a-f-]{36} from now on/);

    // One upload is only found by looking: no notification of it will come again.
    platform = await startPlatform({ home, env: { ACK_WAIT: '2s', RECONCILE_INTERVAL: '1h' } });
    expect(platform.output()).toMatch(/claims: \d+ kept, \d+ dropped/);
    expect(platform.output()).toMatch(/attempts: 2 claims raised/);
    expect(await viewOf(platform.endpoints, backedUp)).toEqual(library);
  });

  it('is made whole by a repair: the upload that was on its way is found, and what nobody asked for is kept', async () => {
    if (platform === undefined) throw new Error('there is no platform');
    const { endpoints } = platform;
    const { ok, text } = await run('repair');
    expect(ok, text).toBe(true);
    expect(text).toMatch(/uploads: \d found that the log did not know, 1 objects kept that no video asked for/);
    expect(text).toContain('read model: of this log, and serving');
    const found = await untilDone(endpoints, uploading.video.id);
    expect(found).toMatchObject({ status: 'ready', title: 'on its way' });
    const events = await getEvents(endpoints, found.id);
    expect(events.filter(({ type }) => type === 'video.uploaded')).toMatchObject([{ data: { via: 'reconciler' } }]);
    // The lost run had the first attempt's folder.
    const transcoded = events.find(({ type }) => type === 'video.transcoded');
    expect(JSON.stringify(transcoded?.data)).toContain('/a2/');
    expect(await viewOf(endpoints, [lost])).toEqual([expect.stringMatching(/^404 /)]);
    expect(await viewOf(endpoints, backedUp)).toEqual(library);
    const again = await run('repair');
    expect(again.text).toMatch(/claims: \d+ kept/);
    expect(again.text).toContain('uploads: 0 found');
  });

  it('takes the place of a log with events only when that is asked for, and the read model waits for a rebuild', async () => {
    await platform?.stop();
    platform = undefined;
    const refused = await run('restore', dir());
    expect(refused).toMatchObject({ ok: false, text: expect.stringContaining('restore with --replace') });
    expect(await run('restore', dir(), '--replace')).toMatchObject({ ok: true });

    platform = await startPlatform({ home, env: { ACK_WAIT: '2s' } });
    const { endpoints } = platform;
    expect(platform.output()).toContain('catalog serves no read model yet: the read model was made from the log');
    expect((await run('repair')).text).toContain('npm run rebuild');
    const rebuilt = await run('rebuild');
    expect(rebuilt.ok, rebuilt.text).toBe(true);
    const serves = () => viewOf(endpoints, backedUp);
    expect(await until('the read model', serves, (views) => views.every((view) => view.startsWith('200')))).toEqual(
      library,
    );
  });
});
