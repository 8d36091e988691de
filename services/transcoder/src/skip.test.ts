import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSkip, type Skip } from './skip.ts';

let folder: string;
let skip: Skip;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skip-'));
  skip = await openSkip(folder);
});
afterEach(async () => {
  skip.inlet.close();
  await rm(folder, { recursive: true, force: true });
});

async function writer(): Promise<Socket> {
  const socket = connect(join(folder, 'skip.sock'));
  await once(socket, 'connect');
  return socket;
}

async function untilMoved(): Promise<void> {
  while (!skip.hasMoved()) await new Promise((resolve) => setImmediate(resolve));
}

describe('openSkip', () => {
  it('says once for all that came that there was something', async () => {
    const reading = skip.read(Promise.resolve());
    const socket = await writer();
    expect(skip.hasMoved()).toBe(false);
    socket.write('1234');
    await untilMoved();
    expect(skip.hasMoved()).toBe(false);
    socket.end('5678');
    await reading;
    expect([skip.hasMoved(), skip.hasMoved()]).toEqual([true, false]);
  });

  it('does not mind a connection that is cut when ffmpeg has ended well', async () => {
    const reading = skip.read(Promise.resolve());
    const socket = await writer();
    socket.write('1234');
    await untilMoved();
    skip.inlet.close();
    await expect(reading).resolves.toBeUndefined();
  });

  it('tells what ended ffmpeg', async () => {
    const cause = new Error('killed');
    const ffmpeg = Promise.withResolvers<void>();
    const reading = skip.read(ffmpeg.promise);
    const expected = Promise.all([reading, ffmpeg.promise].map((part) => expect(part).rejects.toBe(cause)));
    const socket = await writer();
    socket.write('1234');
    await untilMoved();
    skip.inlet.close();
    ffmpeg.reject(cause);
    await expected;
  });
});
