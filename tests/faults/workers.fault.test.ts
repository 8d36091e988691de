import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call, getEvents, getVideo, put, register, until, untilDone } from '../setup/client.ts';
import type { RunningService } from './setup/services.ts';
import { expectClean, expectHappy as expectVideoHappy, expectWhole, toolsOn } from './setup/truth.ts';
import { createWorld } from './setup/world.ts';

/** What happens to workers: killed and stopped in the middle, paused beyond their lease, out of disk, out of memory. */
const world = createWorld();
const { api, endpoints, services, home } = world;
/** Of the transcoder alone: the thumbnailer may be at work on a beginning. */
const ownScratch = join(endpoints.scratch, 'transcoder');
let long: string;
let short: string;

beforeAll(async () => {
  long = await world.longClip();
  short = await world.shortClip();
  await services.startAll();
});
afterEach(() => services.startAll());
afterAll(() => services.stopAll());

/** Uploads a clip of five segments to a transcoder that stands at its second segment. */
async function inTheMiddle(options: { env?: Record<string, string>; wrap?: readonly string[] } = {}) {
  await services.running('transcoder')?.stop();
  const transcoder = await services.start('transcoder', { steps: ['part'], ...options });
  const created = await register(api, long);
  expect(await put(created, long)).toBe(200);
  const { id } = created.video;
  await transcoder.reached('part', id);
  transcoder.go();
  await transcoder.reached('part', id);
  return { transcoder, id };
}

/** Attempts whose segments the finished video is made of. */
async function attemptsIn(id: string): Promise<string[]> {
  const events = await getEvents(api, id);
  const transcoded = events.find(({ type, data }) => type === 'video.transcoded' && data.tier === 'standard');
  const renditions = (transcoded?.data.renditions ?? []) as { track: string }[];
  const keys = await Promise.all(
    renditions.map(async ({ track }) => {
      const facts = await (await fetch(`${endpoints.media}/${track}`)).json();
      return (facts as { segments: { key: string }[] }).segments.map(({ key }) => key);
    }),
  );
  return [...new Set(keys.flat().map((key) => /\/(a\d+)\//.exec(key)?.[1] ?? key))].sort();
}

const expectHappy = (id: string) => expectVideoHappy(api, endpoints, id);

describe('a transcoder in the middle of a video', () => {
  it('that is killed: another goes on after the last whole segment', async () => {
    const { transcoder, id } = await inTheMiddle();
    transcoder.signal('SIGKILL');
    await transcoder.ended;
    await services.start('transcoder');
    await expectHappy(id);
    expect(await attemptsIn(id)).toEqual(['a1', 'a2']);
  });

  it('that is asked to stop hands its work back at once, stops ffmpeg and ends within ten seconds', async () => {
    const { transcoder, id } = await inTheMiddle();
    await transcoder.stop();
    // After ten seconds it would have ended itself, with 1.
    expect(await transcoder.ended).toBe(0);
    expect(toolsOn(ownScratch)).toEqual([]);
    await services.start('transcoder');
    await expectHappy(id);
  });

  it('that is paused beyond its lease changes nothing when it wakes', async () => {
    const { transcoder, id } = await inTheMiddle();
    transcoder.signal('SIGSTOP');
    const second = await services.start('transcoder', { beside: true });
    await expectWhole(api, endpoints, (await untilDone(api, id, 60)).id);
    transcoder.signal('SIGCONT');
    transcoder.go();
    await until(
      'the sleeper to notice',
      async () => transcoder.output(),
      (text) => text.includes('taken over'),
      20,
    );
    await expectHappy(id);
    await second.stop();
  });

  it('that wakes with a finished result is refused by the log', async () => {
    await services.running('transcoder')?.stop();
    const sleeper = await services.start('transcoder', { steps: ['output'] });
    const created = await register(api, short);
    await put(created, short);
    await sleeper.reached('output', created.video.id);
    sleeper.signal('SIGSTOP');
    const second = await services.start('transcoder', { beside: true });
    await untilDone(api, created.video.id, 60);
    const before = await getEvents(api, created.video.id);
    sleeper.signal('SIGCONT');
    sleeper.go();
    await until(
      'the sleeper to notice',
      async () => sleeper.output(),
      (text) => text.includes('taken over'),
      20,
    );
    expect(await getEvents(api, created.video.id)).toEqual(before);
    await expectHappy(created.video.id);
    await second.stop();
  });

  it('whose ffmpeg is killed from outside, as for lack of memory, tries again', async () => {
    const { transcoder, id } = await inTheMiddle();
    const victims = toolsOn(ownScratch);
    expect(victims).toHaveLength(1);
    for (const pid of victims) process.kill(pid, 'SIGKILL');
    transcoder.passAll();
    await expectHappy(id);
    expect(transcoder.output()).toContain('tool_killed');
  });

  it('whose ffmpeg stands still is helped by the watchdog', async () => {
    const { transcoder, id } = await inTheMiddle({ env: { STALL_TIMEOUT: '2s' } });
    const [pid] = toolsOn(ownScratch);
    process.kill(pid ?? 0, 'SIGSTOP');
    transcoder.passAll();
    await expectHappy(id);
    expect(transcoder.output()).toContain('tool_stalled');
  });

  it('whose disk is full tries again until there is room', async () => {
    // Bytes enough, so that the job starts, but no file of its own.
    const full = await startOnSmallDisk('size=1g,nr_inodes=2');
    const id = await uploadUntil(full, 'disk_full');
    expect((await getVideo(api, id)).status).toBe('processing');
    await full.stop();
    await services.start('transcoder');
    await expectHappy(id);
  });

  it('whose disk has no room for a video leaves it alone until there is', async () => {
    const small = await startOnSmallDisk('size=64k');
    const id = await uploadUntil(small, 'the scratch disk is too full');
    expect((await getVideo(api, id)).status).toBe('processing');
    await small.stop();
    await services.start('transcoder');
    await expectHappy(id);
    expect(await attemptsIn(id)).toEqual(['a1']);
  });

  /** A transcoder whose scratch is a private mount: the folder is small for this process alone. */
  async function startOnSmallDisk(options: string): Promise<RunningService> {
    const scratch = join(home, 'small');
    await mkdir(scratch, { recursive: true });
    await services.running('transcoder')?.stop();
    const mount = `mount -t tmpfs -o ${options} tmpfs '${scratch}' && exec "$@"`;
    return services.start('transcoder', {
      env: { SCRATCH_DIR: scratch },
      wrap: ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', mount, 'sh'],
    });
  }

  async function uploadUntil(transcoder: RunningService, said: string): Promise<string> {
    const created = await register(api, long);
    await put(created, long);
    await until(
      `the transcoder to say: ${said}`,
      async () => transcoder.output(),
      (text) => text.includes(said),
      30,
    );
    return created.video.id;
  }
});

describe('a job that kills its worker again and again', () => {
  it('fails as attempts_exhausted, stands among the dead letters, and can be made again', async () => {
    await services.running('transcoder')?.stop();
    const created = await register(api, short);
    await put(created, short);
    const { id } = created.video;
    for (let crash = 1; crash <= 6; crash += 1) {
      const victim = await services.start('transcoder', { steps: ['claimed'] });
      await victim.reached('claimed', id);
      victim.signal('SIGKILL');
      await victim.ended;
    }
    await services.start('transcoder');
    const failed = await untilDone(api, id, 60);
    expect(failed).toMatchObject({ status: 'failed', error: { stage: 'transcoder', code: 'attempts_exhausted' } });
    const outcome = (await getEvents(api, id)).find(({ type }) => type === 'video.failed');
    expect(outcome?.data.attempts).toBe(6);
    await expectWhole(api, endpoints, id);
    const letters = await call(api, 'GET', '/v1/dead-letters');
    expect(JSON.stringify(letters.json)).toContain(id);

    expect((await call(api, 'POST', `/v1/videos/${id}/reprocess`, {})).status).toBe(202);
    const again = await until(
      'generation 2',
      () => getVideo(api, id),
      ({ status }) => status === 'ready',
    );
    expect(again).toMatchObject({ generation: 2, error: null });
    await expectWhole(api, endpoints, id);
  });
});

describe('bad input', () => {
  it('fails at once, with one attempt', async () => {
    const text = new URL(import.meta.url).pathname;
    const created = await register(api, text);
    await put(created, text);
    expect(await untilDone(api, created.video.id)).toMatchObject({ status: 'failed', error: { code: 'not_a_video' } });
    const failed = (await getEvents(api, created.video.id)).find(({ type }) => type === 'video.failed');
    expect(failed?.data.attempts).toBe(1);
    await expectWhole(api, endpoints, created.video.id);
    await expectClean(endpoints);
  });
});
