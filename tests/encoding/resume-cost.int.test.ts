import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TranscodedData } from '@rushes/shared/events';
import { runFfmpeg } from '@rushes/shared/media';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeArguments } from '../../services/transcoder/src/core/arguments.ts';
import { openSkip, type Skip } from '../../services/transcoder/src/skip.ts';
import { bucketOf, clipIn, picture, temporaryFolder, tone, tools, work, X264 } from '../media/harness.ts';
import { attemptsOf, resultOf } from './resume-harness.ts';

let folder: string;
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ path: folder, remove } = await temporaryFolder());
});
afterAll(() => remove());

const clip = (name: string, ...args: string[]) => clipIn(folder, name, args);

/** An ffmpeg that notes the seconds of CPU it took. */
async function measuredFfmpeg(name: string): Promise<{ path: string; seconds: () => Promise<number> }> {
  const [path, notes] = [join(folder, name), join(folder, `${name}.times`)];
  const script = `#!/bin/bash\n'${tools().ffmpegPath}' "$@"\ncode=$?\ntimes >> '${notes}'\nexit $code\n`;
  await writeFile(path, script, { mode: 0o755 });
  return {
    path,
    async seconds() {
      const found = [...(await readFile(notes, 'utf8')).matchAll(/(\d+)m([\d.]+)s/g)];
      return found.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0);
    },
  };
}

describe('what a later attempt does not do again', () => {
  it('decodes, but does not encode, what is stored', async () => {
    const path = await clip('costs.mp4', ...picture('640x360', '30'), ...tone, ...X264, '-t', '30');
    const bucket = bucketOf(path);
    const [whole, rest] = [await measuredFfmpeg('whole'), await measuredFfmpeg('rest')];
    const first = await work(bucket, { ffmpegPath: whole.path });
    const tracks = (first.records.at(-1) ?? []).map((track) => ({ ...track, segments: 4 }));
    const again = await work(bucket, { attempt: 2, inspected: first.inspected, tracks, ffmpegPath: rest.path });
    expect(again.steps.filter((step) => step === 'part')).toHaveLength(resultOf(again).renditions.length);
    expect(attemptsOf(bucket, again, 'h264-360')).toEqual(['a1', 'a1', 'a1', 'a1', 'a2']);
    const [all, last] = [await whole.seconds(), await rest.seconds()];
    console.log(`CPU of ffmpeg: ${all.toFixed(2)} s for the whole, ${last.toFixed(2)} s for the last of five segments`);
  });

  it('does not take a long skip for a process that hangs', async () => {
    const path = await clip('slow.mp4', ...picture('320x180', '30'), ...X264, '-t', '19');
    const { inspected } = await work(bucketOf(path));
    if (inspected === undefined) throw new Error('not inspected');
    const { filter, outputs } = encodeArguments(inspected.source, inspected.plan, { start: 540 });
    // Three seconds of skipping at this speed, of which ffmpeg itself tells nothing.
    const job = (watched: Skip | null) => ({
      ffmpegPath: tools().ffmpegPath,
      inputs: [{ path, options: ['-readrate', '6', '-readrate_initial_burst', '0'] }],
      filter,
      outputs: outputs.map(({ track, options }) => ({
        url: track === null && watched !== null ? watched.inlet.url : '/dev/null',
        options,
      })),
      signal: new AbortController().signal,
      timeoutSeconds: 60,
      stallSeconds: 1,
      isHeld: () => watched?.hasMoved() === true,
    });
    const skip = await openSkip(folder);
    const run = runFfmpeg(job(skip));
    await Promise.all([run, skip.read(run)]);
    skip.inlet.close();
    await expect(runFfmpeg(job(null))).rejects.toMatchObject({ code: 'tool_stalled' });
  });

  it('encodes nothing, and downloads nothing, where only the event is missing', async () => {
    const path = await clip('done.mp4', ...picture('320x180', '30'), ...tone, ...X264, '-t', '8');
    const bucket = bucketOf(path);
    const whole = await work(bucket);
    const claimed = whole.records.at(-1) ?? [];
    const again = await work(
      { ...bucket, storage: { ...bucket.storage, download: () => Promise.reject(new Error('downloaded')) } },
      { attempt: 2, tracks: claimed, inspected: whole.inspected, ffmpegPath: '/nonexistent' },
    );
    const plain = (data: TranscodedData) => JSON.parse(JSON.stringify(data).replaceAll('/a2/', '/a1/'));
    expect({ ...plain(resultOf(again)), encodeSeconds: 0 }).toEqual({ ...resultOf(whole), encodeSeconds: 0 });
    expect(resultOf(again).encodeSeconds).toBeGreaterThanOrEqual(resultOf(whole).encodeSeconds);
    expect(attemptsOf(bucket, again, 'h264-180')).toEqual(['a1', 'a1']);
  });
});
