import { a } from '@rushes/shared/testing';
import { describe, expect, it } from 'vitest';
import type { OpenIndex } from './open-index.ts';
import { refresh, refreshOnEvent } from './refresh.ts';
import { createTestWorld, idOf, of } from './test-world.ts';

const delivery = (sequence: number) => ({
  subject: `video.requested.${idOf(1)}`,
  sequence,
  deliveries: 1,
  body: '',
  traceparent: '',
  signal: new AbortController().signal,
  shouldYield: async () => false,
});

describe('the index', () => {
  it('follows the log from the request to the outcome', async () => {
    const { deps, eventLog, entries } = createTestWorld();
    eventLog.add(of(1, a.requested()));
    expect(await refreshOnEvent(deps, delivery(1))).toEqual({ kind: 'ack' });
    expect(entries()).toEqual({ [idOf(1)]: 'upload' });
    eventLog.add(of(1, a.uploaded()));
    await refresh(deps, idOf(1));
    expect(entries()).toEqual({ [idOf(1)]: 'generation' });
    eventLog.add(of(1, a.failed()));
    await refresh(deps, idOf(1));
    expect(entries()).toEqual({});
  });

  it('is not written when it says the same already', async () => {
    const { deps, eventLog, index } = createTestWorld();
    eventLog.add(of(1, a.requested()));
    await refresh(deps, idOf(1));
    const { revision } = await index.get(idOf(1));
    await refresh(deps, idOf(1));
    expect((await index.get(idOf(1))).revision).toBe(revision);
  });

  it('gets no entry for a video that it never had', async () => {
    const { deps, index } = createTestWorld();
    expect(await refresh(deps, idOf(1))).toBeNull();
    expect(await index.get(idOf(1))).toEqual({ entry: null, exists: false, revision: 0 });
  });

  it('is looked at again when another has written meanwhile, who may know more', async () => {
    const { deps, eventLog, index, set, entries } = createTestWorld();
    eventLog.add(of(1, a.requested()));
    let reads = 0;
    const read: typeof eventLog.read = async (videoId) => {
      const history = await eventLog.read(videoId);
      reads += 1;
      // Between our look at the log and our write the video is uploaded, and another replica has said so.
      if (reads === 1) {
        eventLog.add(of(1, a.uploaded()));
        set(videoId, { kind: 'generation', generation: 1, retries: 0, retriedAt: null, sequence: 0 });
      }
      return history;
    };
    await refresh({ index, eventLog: { read } }, idOf(1));
    expect(reads).toBe(2);
    expect(entries()).toEqual({ [idOf(1)]: 'generation' });
    expect(deps.saidOrphans.size).toBe(0);
  });

  it('does not believe a follower that has not got the event yet', async () => {
    const { eventLog, index, entries } = createTestWorld();
    eventLog.add(of(1, a.requested()));
    const read: typeof eventLog.read = (videoId, options) => eventLog.read(options?.fromLeader ? videoId : 'nobody');
    await refresh({ index, eventLog: { read } }, idOf(1), 1);
    expect(entries()).toEqual({ [idOf(1)]: 'upload' });
  });

  it('says so when its writes are refused without end', async () => {
    const { deps, eventLog, index } = createTestWorld();
    eventLog.add(of(1, a.requested()));
    const refusing: OpenIndex = { ...index, put: async () => false };
    await expect(refresh({ ...deps, index: refusing }, idOf(1))).rejects.toMatchObject({ code: 'internal' });
  });
});
