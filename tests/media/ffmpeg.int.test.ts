import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FfmpegJob, measureTiming, probe, runFfmpeg } from '@rushes/shared/media';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ffmpeg, temporaryFolder, tools } from './harness.ts';

let folder: string;
let remove: () => Promise<void>;
let clip: string;

beforeAll(async () => {
  ({ path: folder, remove } = await temporaryFolder());
  clip = join(folder, 'clip.mp4');
  const input = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=30:duration=20'];
  await ffmpeg(...input, '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '60', clip);
});
afterAll(() => remove());

/** A decode that would take minutes, slowed down by the filter. */
function slowJob(changes: Partial<FfmpegJob> = {}): FfmpegJob {
  return {
    ffmpegPath: tools().ffmpegPath,
    inputs: [{ path: clip, options: ['-readrate', '0.5'] }],
    outputs: [{ url: join(folder, 'out.mp4'), options: ['-c:v', 'libx264', '-preset', 'ultrafast', '-f', 'mp4'] }],
    signal: new AbortController().signal,
    timeoutSeconds: 60,
    ...changes,
  };
}

/** Processes of ffmpeg that read our clip. */
function running(): number[] {
  const list = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  return list.filter((line) => line.includes(`file:${clip}`)).map((line) => Number.parseInt(line, 10));
}

describe('runFfmpeg', () => {
  it('runs a job to its end and reports progress on the way', async () => {
    const seen: number[] = [];
    const output = join(folder, 'fast.mp4');
    await runFfmpeg(
      slowJob({
        inputs: [{ path: clip }],
        filter: '[0:V:0]scale=160:90[small]',
        outputs: [{ url: output, options: ['-map', '[small]', '-c:v', 'libx264', '-f', 'mp4'] }],
        onProgress: ({ frames }) => seen.push(frames),
      }),
    );
    expect(seen.at(-1)).toBe(600);
    const [stream] = (await probe(output, tools())).streams;
    expect(stream).toMatchObject({ codec_name: 'h264', width: 160, height: 90 });
  });

  it('stops with the signal’s own reason and leaves no process', async () => {
    const stop = new AbortController();
    const reason = new Error('the claim is lost');
    const run = runFfmpeg(slowJob({ signal: stop.signal, onProgress: () => stop.abort(reason) }));
    await expect(run).rejects.toBe(reason);
    expect(running()).toEqual([]);
  });

  it('says tool_killed when something else killed it', async () => {
    const run = runFfmpeg(
      slowJob({
        onProgress: () => {
          for (const pid of running()) process.kill(pid, 'SIGKILL');
        },
      }),
    );
    await expect(run).rejects.toMatchObject({ code: 'tool_killed', retryable: true });
  });

  const freeze = () => {
    for (const pid of running()) process.kill(pid, 'SIGSTOP');
  };

  it('stops what makes no progress', async () => {
    const job = slowJob({ stallSeconds: 1, onProgress: freeze });
    await expect(runFfmpeg(job)).rejects.toMatchObject({
      code: 'tool_stalled',
      detail: expect.stringContaining('stood still'),
    });
    expect(running()).toEqual([]);
  });

  it('does not blame it for standing still while its output is not read', async () => {
    let asked = 0;
    const isHeld = () => {
      asked += 1;
      return asked < 30;
    };
    await expect(runFfmpeg(slowJob({ stallSeconds: 0.4, onProgress: freeze, isHeld }))).rejects.toMatchObject({
      code: 'tool_stalled',
    });
    expect(asked).toBeGreaterThanOrEqual(30);
  });

  it('stops at the time limit whatever it does', async () => {
    await expect(runFfmpeg(slowJob({ timeoutSeconds: 1 }))).rejects.toMatchObject({
      code: 'tool_stalled',
      detail: expect.stringContaining('within 1 s'),
    });
    expect(running()).toEqual([]);
  });

  it('ends with the signal’s own reason when it is stopped before it was started', async () => {
    const stop = new AbortController();
    const reason = new Error('shutting down');
    const run = runFfmpeg(slowJob({ signal: stop.signal }));
    stop.abort(reason);
    await expect(run).rejects.toBe(reason);
    expect(running()).toEqual([]);
    // The stopped run comes to its end only while this one is prepared; an error there would end the whole process.
    const copy = { url: join(folder, 'copy.mp4'), options: ['-c', 'copy', '-f', 'mp4'] };
    await runFfmpeg(slowJob({ inputs: [{ path: clip }], outputs: [copy] }));
    expect((await probe(copy.url, tools())).format.duration).toBeCloseTo(20, 3);
  });

  it('takes a limit of months, as a video of many hours has', async () => {
    const output = join(folder, 'months.mp4');
    await runFfmpeg(
      slowJob({
        inputs: [{ path: clip }],
        outputs: [{ url: output, options: ['-c', 'copy', '-f', 'mp4'] }],
        timeoutSeconds: 8_640_000,
      }),
    );
    expect((await probe(output, tools())).format.duration).toBeCloseTo(20, 3);
  });

  it('gives ffmpeg nothing of our environment', async () => {
    process.env.AWS_SECRET_ACCESS_KEY ??= 'secret-of-the-store';
    let environment = '';
    const stop = new AbortController();
    const run = runFfmpeg(
      slowJob({
        signal: stop.signal,
        onProgress: () => {
          const [pid] = running();
          environment = execFileSync('cat', [`/proc/${pid}/environ`], { encoding: 'utf8' });
          stop.abort(new Error('seen'));
        },
      }),
    );
    await expect(run).rejects.toThrow('seen');
    expect(environment).toContain('PATH=');
    expect(environment).not.toContain('AWS_');
  });

  it('names the cause when ffmpeg cannot be started', async () => {
    await expect(runFfmpeg(slowJob({ inputs: [{ path: join(folder, 'absent.mp4') }] }))).rejects.toMatchObject({
      detail: expect.stringContaining('No such file or directory'),
    });
  });

  it('does not open what a playlist refers to, even when the caller forgets to look', async () => {
    const trap = join(folder, 'trap.mp4');
    await writeFile(trap, `ffconcat version 1.0\nfile '${clip}'\n`);
    await expect(runFfmpeg(slowJob({ inputs: [{ path: trap }] }))).rejects.toMatchObject({
      code: 'not_a_video',
      retryable: false,
      detail: expect.stringContaining('Format not on whitelist'),
    });
  });
});

describe('probe', () => {
  it('refuses a text renamed .mp4 and says what it is', async () => {
    const path = join(folder, 'letter.mp4');
    await writeFile(path, 'Dear video,\nI am a letter.\n');
    await expect(probe(path, tools())).rejects.toMatchObject({
      code: 'not_a_video',
      message: 'The file holds no video: it is text. Upload a video file.',
    });
  });

  it('refuses a playlist, and bytes without meaning', async () => {
    const playlist = join(folder, 'playlist.mp4');
    await writeFile(playlist, '#EXTM3U\n#EXTINF:6,\nhttp://127.0.0.1:1/a.ts\n');
    await expect(probe(playlist, tools())).rejects.toMatchObject({ code: 'forbidden_content' });
    const noise = join(folder, 'noise.mp4');
    await writeFile(
      noise,
      Buffer.from(Array.from({ length: 50_000 }, (_, index) => (index * 7919 + (index >> 3)) & 0xff)),
    );
    await expect(probe(noise, tools())).rejects.toMatchObject({ code: 'not_a_video' });
  });

  it('says corrupt of an MP4 that was cut before its index', async () => {
    const cut = join(folder, 'cut.mp4');
    await writeFile(cut, (await readFile(clip)).subarray(0, 20_000));
    await expect(probe(cut, tools())).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('measures the spacing of pictures and of keyframes without decoding', async () => {
    const timing = await measureTiming(clip, 5, tools());
    expect(timing.medianStep).toBeCloseTo(1 / 30, 4);
    expect(timing.gopSeconds).toBeCloseTo(2, 4);
    expect(timing.packets).toBeLessThan(300);
    expect((await measureTiming(clip, undefined, tools())).end).toBeCloseTo(20, 3);
  });
});
