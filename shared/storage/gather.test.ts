import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatherObjects } from './gather.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-gather-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const { signal } = new AbortController();
const storageOf = (objects: Record<string, () => Readable>) => ({
  readStream: async (_bucket: string, key: string) => objects[key]?.() ?? null,
});
const text = (body: string) => () => Readable.from([Buffer.from(body)]);

describe('gatherObjects', () => {
  it('puts objects one behind the other, in place of what was there', async () => {
    const path = join(folder, 'whole');
    const storage = storageOf({ a: text('in'), b: text('it'), c: text('!') });
    await gatherObjects(storage, 'media', ['b', 'b'], path, signal);
    await gatherObjects(storage, 'media', ['a', 'b', 'c'], path, signal);
    expect(await readFile(path, 'utf8')).toBe('init!');
  });

  it('names an object that is missing', async () => {
    const gathered = gatherObjects(storageOf({ a: text('in') }), 'media', ['a', 'b'], join(folder, 'part'), signal);
    await expect(gathered).rejects.toMatchObject({ code: 'internal', detail: expect.stringContaining('media/b') });
  });

  it('takes a stream that breaks off for an outage of the store', async () => {
    const broken = () =>
      Readable.from(
        (function* () {
          yield Buffer.from('in');
          throw new Error('socket hang up');
        })(),
      );
    const gathered = gatherObjects(storageOf({ a: broken }), 'media', ['a'], join(folder, 'broken'), signal);
    await expect(gathered).rejects.toMatchObject({ code: 'storage_unavailable' });
  });

  it('stops with the reason it is stopped for', async () => {
    const reason = new Error('the claim is lost');
    const stopped = gatherObjects(
      storageOf({ a: text('in') }),
      'media',
      ['a'],
      join(folder, 'x'),
      AbortSignal.abort(reason),
    );
    await expect(stopped).rejects.toBe(reason);
  });
});
