import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findTools } from '@rushes/infra/testing';
import type { Step } from '@rushes/shared/stage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, getEvents, getVideo, put, register, until } from '../setup/client.ts';
import { keysUnder, type Stage, type Stand, startStand } from './stand.ts';

/** A video that is deleted while a stage works on it: the work stops, everything goes, and nothing comes back. */
let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
});
afterAll(() => stand?.end());

async function upload(): Promise<string> {
  const created = await register(stand.api, stand.clip);
  expect(await put(created, stand.clip)).toBe(200);
  return created.video.id;
}

async function remove(id: string): Promise<void> {
  expect((await call(stand.api, 'DELETE', `/v1/videos/${id}`)).status).toBe(202);
}

async function expectNothingLeft(stage: Stage, id: string): Promise<void> {
  // Nobody works on it from here on, so what is found empty stays empty.
  await stand.untilIdle(stage);
  const { uploadsBucket } = stand.endpoints.s3;
  await until(
    'all files to be gone',
    async () => [
      ...(await keysUnder(stand.storage, uploadsBucket, `uploads/${id}/`)),
      ...(await stand.media(`videos/${id}/`)),
      ...(await stand.media(`signed/${id}/`)),
    ],
    (keys) => keys.length === 0,
    20,
  );
  expect(await getVideo(stand.api, id)).toMatchObject({ status: 'deleted', playback: null, thumbnails: null });
  expect((await getEvents(stand.api, id)).at(-1)?.type).toBe('video.deleted');
  expect(await readdir(join(stand.endpoints.scratch, stage))).toEqual([]);
}

/** An ffmpeg that stops itself when it is given something to do, and for good; the file says as which process. */
async function stoppedFfmpeg(pidFile: string): Promise<string> {
  const path = join(stand.folder, 'stopped-ffmpeg');
  const lines = [
    '#!/bin/sh',
    `case " $* " in *" -i "*) echo $$ > '${pidFile}'; kill -STOP $$;; esac`,
    `exec '${findTools(process.env).ffmpeg}' "$@"`,
  ];
  await writeFile(path, `${lines.join('\n')}\n`);
  await chmod(path, 0o700);
  return path;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

describe.each<Stage>(['transcoder', 'thumbnailer'])('a video deleted while the %s waits for its ffmpeg', (stage) => {
  it('ends that ffmpeg, and leaves nothing', async () => {
    const pidFile = join(stand.folder, `${stage}.pid`);
    await stand.stop(stage);
    stand.start(stage, { FFMPEG_PATH: await stoppedFfmpeg(pidFile) });
    const id = await upload();
    const written = () => readFile(pidFile, 'utf8').catch(() => '');
    const pid = Number(await until('ffmpeg to be started', written, (text) => text.endsWith('\n')));
    expect(isRunning(pid)).toBe(true);

    await remove(id);
    await until(
      'ffmpeg to be gone',
      async () => isRunning(pid),
      (running) => !running,
      10,
    );
    await expectNothingLeft(stage, id);
    await rm(pidFile);
    await stand.stop(stage);
    stand.start(stage);
  });
});

describe.each<[Stage, Step]>([
  ['transcoder', 'claimed'],
  ['transcoder', 'output'],
  ['thumbnailer', 'output'],
  ['packager', 'claimed'],
  ['packager', 'output'],
])('a video deleted while the %s is at "%s"', (stage, step) => {
  it('gets no result any more, and leaves nothing', async () => {
    await stand.stop(stage);
    const held = stand.startHeld(stage, step);
    const id = await upload();
    await held.reached;
    const written = await stand.media(`videos/${id}/`);
    expect(written.length > 0).toBe(stage !== 'transcoder' || step !== 'claimed');

    await remove(id);
    held.goOn();
    await expectNothingLeft(stage, id);
    await stand.stop(stage);
    stand.start(stage);
  });
});
