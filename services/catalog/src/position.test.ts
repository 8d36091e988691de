import { describe, expect, it } from 'vitest';
import type { Checkpoint } from './database.ts';
import { createPosition } from './position.ts';

const at = (sequence: number): Checkpoint => ({
  _id: 'videos',
  sequence,
  target: 0,
  logId: 'l',
  cdnBaseUrl: 'https://cdn.example',
  collection: 'videos_1',
});

describe('reached', () => {
  it('waits until the checkpoint has come to the sequence, also where another replica moves it', async () => {
    let sequence = 0;
    const position = createPosition(async () => at(sequence++));
    expect(await position.reached(3, 60_000)).toMatchObject({ sequence: 3 });
  });

  it('does not wait for the next look where it is woken', async () => {
    let sequence = 0;
    let reads = 0;
    const position = createPosition(async () => {
      reads += 1;
      return at(sequence);
    });
    const waiting = position.reached(9, 60_000);
    sequence = 9;
    position.wake();
    await waiting;
    expect(reads).toBeLessThanOrEqual(2);
  });

  it('answers null when it takes too long, and when there is no checkpoint at all', async () => {
    const late = createPosition(async () => at(1));
    const empty = createPosition(async () => null);
    expect(await Promise.all([late.reached(2, 1), empty.reached(0, 1)])).toEqual([null, null]);
  });

  it('answers null when the signal aborts', async () => {
    const ending = new AbortController();
    const waiting = createPosition(async () => at(1)).reached(2, 60_000, ending.signal);
    ending.abort();
    expect(await waiting).toBeNull();
  });

  it('fails when the database does, and works again afterwards', async () => {
    let broken = true;
    const position = createPosition(async () => {
      if (broken) throw new Error('no database');
      return at(5);
    });
    await expect(position.reached(5, 60_000)).rejects.toThrow('no database');
    broken = false;
    expect(await position.reached(5, 60_000)).toMatchObject({ sequence: 5 });
  });

  it('looks once for all who wait', async () => {
    let reads = 0;
    const position = createPosition(async () => at(++reads));
    await Promise.all(Array.from({ length: 50 }, () => position.reached(3, 60_000)));
    expect(reads).toBe(3);
  });
});
