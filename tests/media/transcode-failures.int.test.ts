import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@rushes/shared/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketOf, clipIn, picture, temporaryFolder, tone, work, X264 } from './harness.ts';

let folder: string;
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ path: folder, remove } = await temporaryFolder());
});
afterAll(() => remove());

const clip = (name: string, ...args: string[]) => clipIn(folder, name, args);

describe('transcode, when something fails', () => {
  let long: string;
  beforeAll(async () => {
    long = await clip('long.mp4', ...picture('426x240', '30'), ...tone, ...X264, '-t', '40');
  });
  it('stops at once when the store refuses, with the store’s error', async () => {
    const refusal = new Failure('storage_unavailable');
    const bucket = bucketOf(long, (key) => {
      if (key.endsWith('h264-240/a1/00002.m4s')) throw refusal;
    });
    await expect(work(bucket)).rejects.toBe(refusal);
    expect(bucket.order.some((key) => key.endsWith('h264-240/a1/00003.m4s'))).toBe(false);
  });

  it('stops when the claim is lost', async () => {
    const lost = new Error('the claim is lost');
    const record = async () => {
      throw lost;
    };
    await expect(work(bucketOf(long), { record })).rejects.toBe(lost);
  });

  it('stops with the reason of the signal', async () => {
    const stop = new AbortController();
    const reason = new Error('shutting down');
    const bucket = bucketOf(long, (key) => {
      if (key.endsWith('00001.m4s')) stop.abort(reason);
    });
    await expect(work(bucket, { signal: stop.signal })).rejects.toBe(reason);
  });

  it('stores the pieces of a track one after the other', async () => {
    const open = new Map<string, number>();
    let most = 0;
    const bucket = bucketOf(long, async (key) => {
      const track = key.split('/')[4] ?? '';
      open.set(track, (open.get(track) ?? 0) + 1);
      most = Math.max(most, open.get(track) ?? 0);
      await new Promise((resolve) => setImmediate(resolve));
      open.set(track, (open.get(track) ?? 0) - 1);
    });
    const { transcoded: result } = await work(bucket);
    expect(result?.durationSeconds).toBe(40);
    expect([...open.keys()].toSorted()).toEqual(['aac-und', 'h264-240']);
    expect(most).toBe(1);
  });

  it('works in a folder whose name is too long for sockets', async () => {
    const path = await clip('deep.mp4', ...picture('320x180', '30'), ...X264, '-t', '1');
    const scratch = join(folder, 'a'.repeat(60), 'b'.repeat(60));
    await mkdir(scratch, { recursive: true });
    const { transcoded: result } = await work(bucketOf(path), { scratch });
    expect(result?.renditions).toHaveLength(1);
  });

  it('calls a file corrupt that announces far more than it holds', async () => {
    const args = [...picture('320x180', '10'), ...X264, '-t', '60', '-movflags', '+faststart'];
    const bytes = await readFile(await clip('whole.mp4', ...args));
    const path = join(folder, 'start.mp4');
    await writeFile(path, bytes.subarray(0, Math.round(bytes.length * 0.06)));
    await expect(work(bucketOf(path))).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('names the cause for what holds no video', async () => {
    const song = await clip('song.mp3', ...tone, '-t', '1');
    await expect(work(bucketOf(song))).rejects.toMatchObject({ code: 'no_video_stream' });
  });
});
