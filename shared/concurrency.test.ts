import { describe, expect, it } from 'vitest';
import { eachOf } from './concurrency.ts';

describe('a list that is worked off', () => {
  it('has at most so many at the same time, and all in the end', async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    await eachOf([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      done.push(item);
    });
    expect(most).toBe(3);
    expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('begins nothing more after an error, and throws it when what runs has ended', async () => {
    const ended: number[] = [];
    const working = eachOf([1, 2, 3, 4], 2, async (item) => {
      if (item === 1) throw new Error('the first');
      await new Promise((resolve) => setImmediate(resolve));
      ended.push(item);
    });
    await expect(working).rejects.toThrow('the first');
    expect(ended).toEqual([2]);
  });
});
