import { once } from 'node:events';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BrokenStream, openInlet, socketFolder } from './sockets.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('openInlet', () => {
  it('hands over what was written, in order, and ends with the writer', async () => {
    const inlet = await openInlet(folder, '0.sock');
    const writer = connect(inlet.url.slice('unix:'.length));
    writer.write('one ');
    writer.end('two');
    const read: string[] = [];
    await inlet.read(async (piece) => {
      read.push(Buffer.from(piece).toString());
    });
    expect(read.join('')).toBe('one two');
    expect(inlet.isConnected()).toBe(true);
    inlet.close();
  });

  it('holds the writer back while a piece is being handled', async () => {
    const inlet = await openInlet(folder, '0.sock');
    const writer = connect(inlet.url.slice('unix:'.length));
    const gate = Promise.withResolvers<void>();
    const first = Promise.withResolvers<void>();
    let bytes = 0;
    const reading = inlet.read(async (piece) => {
      bytes += piece.length;
      first.resolve();
      await gate.promise;
    });
    const size = 8 * 1024 * 1024;
    const written = new Promise((resolve) => writer.end(Buffer.alloc(size), () => resolve('all')));
    await first.promise;
    expect(bytes).toBeLessThan(size);
    gate.resolve();
    await reading;
    await written;
    expect(bytes).toBe(size);
    inlet.close();
  });

  it('gives up waiting for a writer that never comes', async () => {
    const inlet = await openInlet(folder, '0.sock');
    const reading = inlet.read(async () => {
      throw new Error('nothing was written');
    });
    inlet.close();
    await expect(reading).resolves.toBeUndefined();
    const late = connect(inlet.url.slice('unix:'.length));
    const [error] = await once(late, 'error');
    expect(error).toBeInstanceOf(Error);
  });

  it('fails the reader when it is closed in the middle', async () => {
    const inlet = await openInlet(folder, '0.sock');
    const writer = connect(inlet.url.slice('unix:'.length));
    writer.write('the beginning');
    const reading = inlet.read(async () => inlet.close());
    await expect(reading).rejects.toBeInstanceOf(BrokenStream);
    writer.destroy();
  });

  it('throws what the handling of a piece throws', async () => {
    const inlet = await openInlet(folder, '0.sock');
    const writer = connect(inlet.url.slice('unix:'.length));
    writer.write('the beginning');
    const refusal = new Error('no room');
    const reading = inlet.read(async () => {
      throw refusal;
    });
    await expect(reading).rejects.toBe(refusal);
    writer.destroy();
    inlet.close();
  });
});

describe('socketFolder', () => {
  it('is the job’s own folder when its path is short enough', async () => {
    const sockets = await socketFolder(folder);
    expect(sockets.path).toBe(folder);
    await sockets.remove();
    await expect(access(folder)).resolves.toBeUndefined();
  });

  it('is a short one of its own otherwise, and is removed', async () => {
    const sockets = await socketFolder(join(folder, 'x'.repeat(90)));
    expect(Buffer.byteLength(join(sockets.path, '99.sock'))).toBeLessThanOrEqual(107);
    await sockets.remove();
    await expect(access(sockets.path)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
