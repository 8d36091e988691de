import type { ClaimTrack } from '@rushes/shared/claims';
import { describe, expect, it } from 'vitest';
import { createRecorder } from './recorder.ts';

const track = (rendition: string, segments: number): ClaimTrack => ({ rendition, track: 'k', etag: 'e', segments });

/** A recorder whose writes end when the test says so. */
function controlled() {
  const writes: { tracks: readonly ClaimTrack[]; done: () => void; fail: (error: Error) => void }[] = [];
  const recorder = createRecorder(
    (tracks) => new Promise((done, fail) => writes.push({ tracks, done: () => done(), fail })),
  );
  const finish = async (index: number) => {
    writes[index]?.done();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { recorder, writes, finish };
}

describe('createRecorder', () => {
  it('writes all tracks together, one write at a time', async () => {
    const { recorder, writes, finish } = controlled();
    const first = recorder.put(track('a', 1));
    const second = recorder.put(track('b', 1));
    const third = recorder.put(track('a', 2));
    expect(writes).toHaveLength(1);
    await finish(0);
    await first;
    expect(writes).toHaveLength(2);
    expect(writes[1]?.tracks).toEqual([track('a', 2), track('b', 1)]);
    await finish(1);
    await Promise.all([second, third]);
    expect(writes).toHaveLength(2);
  });

  it('writes several tracks at once when they are one piece of news', async () => {
    const { recorder, writes } = controlled();
    recorder.put(track('a', 4), track('b', 4));
    expect(writes.map(({ tracks }) => tracks)).toEqual([[track('a', 4), track('b', 4)]]);
  });

  it('starts anew after a pause', async () => {
    const { recorder, writes, finish } = controlled();
    const first = recorder.put(track('a', 1));
    await finish(0);
    await first;
    const second = recorder.put(track('a', 2));
    await finish(1);
    await second;
    expect(writes.map(({ tracks }) => tracks[0]?.segments)).toEqual([1, 2]);
  });

  it('tells a failed write to everyone who waits for it', async () => {
    const { recorder, writes } = controlled();
    const first = recorder.put(track('a', 1));
    const second = recorder.put(track('b', 1));
    writes[0]?.fail(new Error('lost'));
    await expect(first).rejects.toThrow('lost');
    await expect(second).rejects.toThrow('lost');
  });
});
