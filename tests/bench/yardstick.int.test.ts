import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findTools } from '@rushes/infra/testing';
import type { Plan, PlannedAudio, PlannedRendition } from '@rushes/shared/events';
import { makeClip } from '@rushes/shared/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measured } from '../../bench/media/command.ts';
import { descendantsOf, parseStat } from '../../bench/media/processes.ts';
import { summary, vmafOf } from '../../bench/media/quality.ts';
import { separateCommands, singleCommand } from '../../bench/media/reference.ts';
import { verdictRow } from '../../bench/media/report.ts';

const run = promisify(execFile);
const { ffmpeg, ffprobe } = findTools(process.env);

const rendition = (id: string, width: number, height: number, more: Partial<PlannedRendition> = {}) => ({
  ...{ id, codec: 'h264' as const, width, height, crf: 23, maxrate: 900_000, bufsize: 1_350_000 },
  ...{ mode: 'encode' as const, reason: 'standard size', ...more },
});
const audio: PlannedAudio = {
  ...{ id: 'aac-und', codec: 'aac', channels: 2, bitrate: 96_000, language: null, sourceStream: 1 },
};
const plan: Plan = {
  ...{ profile: 'web', frameRate: '30/1', gopFrames: 60, segmentSeconds: 6 },
  tiers: [
    { tier: 'standard', renditions: ['h264-180', 'h264-360'] },
    { tier: 'extended', renditions: ['av1-360'] },
  ],
  renditions: [
    rendition('h264-180', 320, 180),
    rendition('h264-360', 640, 360, { mode: 'copy' }),
    rendition('av1-360', 640, 360, { codec: 'av1' }),
  ],
  ...{ audio: [audio], subtitles: [], reasons: [] },
};

let folder: string;
let source: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-yardstick-'));
  const clip = { name: 'source.mp4', seconds: 5, width: 640, height: 360, rate: '30', audio: true };
  source = await makeClip(ffmpeg, folder, clip);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function seen(file: string) {
  const shown = ['-show_entries', 'stream=codec_name,width,height:packet=pts_time,flags', '-of', 'json'];
  const { stdout } = await run(ffprobe, ['-v', 'error', ...shown, join(folder, file)]);
  const { streams, packets } = JSON.parse(stdout) as {
    streams: { codec_name: string; width?: number; height?: number }[];
    packets: { pts_time: string; flags: string }[];
  };
  const keys = packets.filter(({ flags }) => flags.startsWith('K')).map(({ pts_time }) => Number(pts_time));
  return { stream: streams[0], pictures: packets.length, keys };
}

describe('the command that the platform is measured against', () => {
  it('makes the standard tier in one run, on the grid of the plan, and encodes what the plan copies', async () => {
    const command = singleCommand(plan, source);
    expect(command.outputs.map(({ id }) => id)).toEqual(['h264-360', 'h264-180', 'aac-und']);
    const cost = await measured(ffmpeg, command.args, folder);
    expect(cost.cpu).toBeGreaterThan(0);
    expect(await seen('h264-360.mp4')).toEqual({
      stream: { codec_name: 'h264', width: 640, height: 360 },
      ...{ pictures: 150, keys: [0, 2, 4] },
    });
    expect((await seen('h264-180.mp4')).keys).toEqual([0, 2, 4]);
    expect((await seen('aac-und.m4a')).stream).toEqual({ codec_name: 'aac' });
    const compared = { path: join(folder, 'h264-180.mp4'), width: 320, height: 180 };
    const [vmaf] = await vmafOf(source, [compared], { ffmpeg, folder, every: 10 });
    expect(vmaf?.mean).toBeGreaterThan(60);
    expect(vmaf?.low).toBeLessThanOrEqual(vmaf?.mean ?? 0);
  });

  it('makes the same files when each has an ffmpeg of its own, and less of them from the beginning alone', async () => {
    const commands = separateCommands(plan, source);
    expect(commands.flatMap(({ outputs }) => outputs.map(({ id }) => id))).toEqual(['h264-360', 'aac-und', 'h264-180']);
    for (const { args } of commands) await measured(ffmpeg, args, folder);
    expect(await seen('h264-180.mp4')).toMatchObject({ pictures: 150, keys: [0, 2, 4] });
    await measured(ffmpeg, singleCommand(plan, source, 3).args, folder);
    expect(await seen('h264-180.mp4')).toMatchObject({ pictures: 90, keys: [0, 2] });
  });

  it('says what a tool that fails has said', async () => {
    await expect(measured(ffmpeg, ['-i', join(folder, 'nothing.mp4')], folder)).rejects.toThrow(/nothing\.mp4/);
  });
});

describe('how it is measured', () => {
  it('reads CPU, memory and parents of processes whose names hold brackets and spaces', () => {
    const fields = ['S', '7', ...Array(9).fill('0'), '150', '50', '300', '100', ...Array(6).fill('0'), '1000'];
    const facts = parseStat(`42 (a) b (c) ${fields.join(' ')} 0 0`);
    expect(facts).toEqual({ pid: 42, name: 'a) b (c', parent: 7, cpu: 2, childrenCpu: 4, rss: 4_096_000 });
    const child = { ...facts, pid: 43, parent: 42 };
    expect(descendantsOf([child, facts], [7])).toEqual([facts, child]);
  });

  it('takes the worst of a hundred pictures as what 99 % of them reach', () => {
    const scores = Array.from({ length: 100 }, (_, index) => index);
    expect(summary(scores)).toEqual({ mean: 49.5, low: 0 });
    expect(summary([...scores, ...scores])).toEqual({ mean: 49.5, low: 0 });
  });

  it('calls a promise missed only when what was found is above it', () => {
    const verdict = { what: 'wall', budget: 1.1, unit: '×' } as const;
    expect(verdictRow({ ...verdict, found: 1.1 }).at(-1)).toBe('OK');
    expect(verdictRow({ ...verdict, found: 1.11 }).at(-1)).toBe('**MISSED**');
  });
});
