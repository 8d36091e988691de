import type { SegmentAnnouncement } from '@rushes/shared/tracks';
import { describe, expect, it } from 'vitest';
import { type AnnouncerDeps, createAnnouncer } from './announcer.ts';

const state = (segments: number): SegmentAnnouncement => ({
  generation: 1,
  attempt: 1,
  tracks: [{ rendition: 'h264-720', track: 'k/track.json', segments }],
});
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** An announcer whose clock stands until `pass` lets a second go by. */
function announcerWith(publish: (segments: number) => Promise<void> = async () => {}) {
  const said: number[] = [];
  const troubles: unknown[] = [];
  const waits: number[] = [];
  let second = Promise.withResolvers<void>();
  const deps: AnnouncerDeps = {
    async publish({ tracks }) {
      const segments = tracks[0]?.segments ?? 0;
      await publish(segments);
      said.push(segments);
    },
    wait(ms, signal) {
      waits.push(ms);
      signal.addEventListener('abort', () => second.resolve(), { once: true });
      return second.promise;
    },
    onTrouble: (error) => troubles.push(error),
  };
  const pass = async () => {
    second.resolve();
    second = Promise.withResolvers();
    await settled();
  };
  return { announcer: createAnnouncer(deps), said, troubles, waits, pass };
}

describe('createAnnouncer', () => {
  it('announces the first news at once, and of what comes within a second only the newest', async () => {
    const { announcer, said, waits, pass } = announcerWith();
    for (const segments of [2, 3, 4]) {
      announcer.put(state(segments));
      await settled();
    }
    expect(said).toEqual([2]);
    await pass();
    expect(said).toEqual([2, 4]);
    await pass();
    announcer.put(state(5));
    await settled();
    expect(said).toEqual([2, 4, 5]);
    expect(new Set(waits)).toEqual(new Set([1_000]));
  });

  it('says nothing twice', async () => {
    const { announcer, said, pass } = announcerWith();
    for (let time = 1; time <= 3; time += 1) {
      announcer.put(state(2));
      await settled();
      await pass();
    }
    expect(said).toEqual([2]);
  });

  it('never has two announcements on their way, so that none overtakes a newer one', async () => {
    const gate = Promise.withResolvers<void>();
    const begun: number[] = [];
    const { announcer, said, pass } = announcerWith(async (segments) => {
      begun.push(segments);
      if (segments === 2) await gate.promise;
    });
    announcer.put(state(2));
    announcer.put(state(3));
    await pass();
    expect(begun).toEqual([2]);
    gate.resolve();
    await settled();
    expect(said).toEqual([2, 3]);
  });

  it('makes up for one that failed with the next, and tells of the trouble once', async () => {
    let away = true;
    const { announcer, said, troubles, pass } = announcerWith(async () => {
      if (away) throw new Error('no answer');
    });
    announcer.put(state(2));
    await settled();
    await pass();
    expect(troubles).toHaveLength(1);
    away = false;
    announcer.put(state(3));
    await pass();
    expect(said).toEqual([3]);
    away = true;
    announcer.put(state(4));
    await pass();
    expect(troubles).toHaveLength(2);
  });

  it('announces the last news also when nothing follows a failure', async () => {
    let fails = 2;
    const { announcer, said, pass } = announcerWith(async () => {
      fails -= 1;
      if (fails >= 0) throw new Error('no answer');
    });
    announcer.put(state(2));
    await settled();
    await pass();
    await pass();
    expect(said).toEqual([2]);
  });

  it('is silent once it is stopped', async () => {
    const { announcer, said, pass } = announcerWith();
    announcer.put(state(2));
    announcer.put(state(3));
    await settled();
    announcer.stop();
    announcer.put(state(4));
    await pass();
    expect(said).toEqual([2]);
  });
});
