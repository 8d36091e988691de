import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createScratchAccount, jobFolderPrefix, measureRoom, type Reservation, writtenByOwnJobs } from './scratch.ts';

const account = (maxBytes: number | undefined, room = Number.MAX_SAFE_INTEGER) =>
  createScratchAccount({ maxBytes, roomBytes: async () => room });

function release(reservation: Reservation): void {
  if (reservation.kind !== 'reserved') throw new Error(`not reserved: ${reservation.kind}`);
  reservation.release();
}

describe('an account of scratch', () => {
  it('reserves up to its limit, and then says that others have the room', async () => {
    const scratch = account(100);
    const first = await scratch.reserve(60);
    expect(await scratch.reserve(41)).toEqual({ kind: 'busy' });
    expect((await scratch.reserve(40)).kind).toBe('reserved');
    release(first);
    expect(scratch.reserved()).toBe(40);
    expect((await scratch.reserve(60)).kind).toBe('reserved');
  });

  it('refuses for good what is larger than the limit by itself', async () => {
    expect(await account(100).reserve(101)).toEqual({ kind: 'never', maxBytes: 100 });
  });

  it('gives back once, however often a reservation is released', async () => {
    const scratch = account(100);
    const [first] = [await scratch.reserve(50), await scratch.reserve(50)];
    release(first);
    release(first);
    expect(scratch.reserved()).toBe(50);
  });

  it('gives the last room to one of two that ask at once', async () => {
    const scratch = account(100);
    const kinds = (await Promise.all([scratch.reserve(60), scratch.reserve(60)])).map(({ kind }) => kind);
    expect(kinds).toEqual(['reserved', 'busy']);
  });

  it('knows no limit but the disk when none is set', async () => {
    expect((await account(undefined, 100).reserve(100)).kind).toBe('reserved');
  });

  it('never refuses for good what only the disk has no room for', async () => {
    expect(await account(undefined, 100).reserve(101)).toEqual({ kind: 'low', roomBytes: 100 });
    expect(await account(1_000, 100).reserve(101)).toEqual({ kind: 'low', roomBytes: 100 });
  });

  it('tells a disk that its own jobs fill from one that others fill', async () => {
    const scratch = account(undefined, 100);
    await scratch.reserve(60);
    expect(await scratch.reserve(60)).toEqual({ kind: 'busy' });
    expect(await scratch.reserve(101)).toEqual({ kind: 'low', roomBytes: 100 });
  });

  it('never has more reserved than limit and disk allow, and nothing when all is given back', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 20 });
    const bounds = fc.integer({ min: 1, max: 120 });
    await fc.assert(
      fc.asyncProperty(sizes, bounds, bounds, async (wishes, maxBytes, room) => {
        const scratch = account(maxBytes, room);
        const held: Reservation[] = [];
        for (const [index, bytes] of wishes.entries()) {
          held.push(await scratch.reserve(bytes));
          expect(scratch.reserved()).toBeLessThanOrEqual(Math.min(maxBytes, room));
          const earlier = held[Math.floor(index / 2)];
          if (index % 3 === 0 && earlier?.kind === 'reserved') earlier.release();
        }
        for (const each of held) if (each.kind === 'reserved') each.release();
        expect(scratch.reserved()).toBe(0);
      }),
    );
  });
});

describe('the room in a scratch folder', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rushes-scratch-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('makes the folder when it is not there, and counts what is free', async () => {
    expect(await measureRoom(join(folder, 'new'))).toBeGreaterThan(0);
  });

  it('holds what our own jobs have written, at any depth, apart from what others have', async () => {
    const own = join(folder, `${jobFolderPrefix(process.pid)}a`, 'deep');
    const foreign = join(folder, `${jobFolderPrefix(process.pid + 1)}b`);
    await Promise.all([mkdir(own, { recursive: true }), mkdir(foreign)]);
    const megabyte = 1024 ** 2;
    await writeFile(join(foreign, 'source'), randomBytes(20 * megabyte));
    expect(await writtenByOwnJobs(folder)).toBe(0);
    await writeFile(join(own, 'source'), randomBytes(4 * megabyte), { flush: true });
    const written = await writtenByOwnJobs(folder);
    // The disk counts in blocks of its own.
    expect(written).toBeGreaterThanOrEqual(4 * megabyte);
    expect(written).toBeLessThan(8 * megabyte);
  });
});
