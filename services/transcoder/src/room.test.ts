import { createScratchAccount } from '@rushes/shared/stage';
import { describe, expect, it } from 'vitest';
import { withRoom } from './room.ts';

const account = () => createScratchAccount({ maxBytes: 100, roomBytes: async () => 1_000 });

describe('withRoom', () => {
  it('holds the room while the work runs, and gives it back also when that fails', async () => {
    const scratch = account();
    expect(await withRoom(scratch, 60, async () => scratch.reserved())).toBe(60);
    expect(scratch.reserved()).toBe(0);
    const failing = withRoom(scratch, 60, () => Promise.reject(new Error('broken')));
    await expect(failing).rejects.toThrow('broken');
    expect(scratch.reserved()).toBe(0);
  });

  it('asks for nothing where nothing more is needed', async () => {
    const scratch = account();
    expect(await withRoom(scratch, -5, async () => scratch.reserved())).toBe(0);
  });

  it('does not begin without room', async () => {
    const begin = () => Promise.reject(new Error('begun'));
    await expect(withRoom(account(), 101, begin)).rejects.toMatchObject({ code: 'disk_full' });
  });
});
