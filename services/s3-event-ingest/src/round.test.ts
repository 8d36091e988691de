import { a } from '@rushes/shared/testing';
import { describe, expect, it } from 'vitest';
import { recentBegin } from './core/position.ts';
import { reconcileAll, runRound } from './round.ts';
import { createTestWorld, idOf, keyOf, NOW, of } from './test-world.ts';

const START = { index: 0, recent: '', bucket: '', reprocessed: 1 };
const never = new AbortController().signal;
const upload = { kind: 'upload', closesAt: '2026-01-02T00:00:00.000Z' } as const;
const generation = { kind: 'generation', generation: 1, retries: 0, retriedAt: null, sequence: 0 } as const;

describe('a round', () => {
  it('records an object that the index expects', async () => {
    const { deps, eventLog, set, objects, verbsOf } = createTestWorld();
    eventLog.add(of(1, a.requested()), of(2, a.requested()));
    set(idOf(1), upload);
    set(idOf(2), upload);
    objects.add(keyOf(1));
    const { findings, seen, isIndexEnd } = await runRound(deps, START, never);
    expect(await verbsOf(1)).toEqual(['requested', 'uploaded']);
    expect(await verbsOf(2)).toEqual(['requested']);
    expect({ findings, seen, isIndexEnd }).toMatchObject({ findings: { found: 1 }, seen: 2, isIndexEnd: true });
  });

  it('records an object that the index does not know, though its time has run out', async () => {
    const { deps, eventLog, objects, verbsOf } = createTestWorld();
    eventLog.add(of(1, a.requested()), of(1, a.expired()));
    objects.add(keyOf(1));
    expect((await runRound(deps, START, never)).findings).toMatchObject({ found: 1 });
    expect(await verbsOf(1)).toEqual(['requested', 'expired', 'uploaded']);
  });

  it.each([
    ['cancelled', a.cancelled()],
    ['deleted', a.deleted()],
  ])('removes an object whose video is %s', async (_what, event) => {
    const { deps, eventLog, objects } = createTestWorld();
    eventLog.add(of(1, a.requested()), of(1, event));
    objects.add(keyOf(1));
    await runRound(deps, START, never);
    expect([...objects]).toEqual([]);
  });

  it('looks no object up that is in the log', async () => {
    const { deps, eventLog, objects, calls } = createTestWorld();
    eventLog.add(of(1, a.requested()), of(1, a.uploaded()));
    objects.add(keyOf(1));
    await runRound(deps, START, never);
    expect(calls).toEqual([]);
  });

  it('counts what no video asked for, names it once, and keeps it', async () => {
    const { deps, objects } = createTestWorld();
    const warnings: unknown[] = [];
    deps.log.warn = (fields: unknown) => warnings.push(fields);
    const keys = [keyOf(1), 'uploads/stray.txt'];
    for (const key of keys) objects.add(key);
    for (const _ of [1, 2])
      expect((await runRound(deps, START, never)).findings).toMatchObject({ orphans: 2, found: 0 });
    expect(warnings).toHaveLength(2);
    expect(warnings).toEqual(expect.arrayContaining(keys.map((key) => ({ bucket: deps.bucket, key }))));
    expect([...objects]).toEqual(keys);
  });

  it('drops what is closed from the index, and puts right what has gone on', async () => {
    const { deps, eventLog, set, entries } = createTestWorld();
    eventLog.add(of(1, a.requested()), of(1, a.cancelled()), of(2, a.requested()), of(2, a.uploaded()));
    set(idOf(1), upload);
    set(idOf(2), upload);
    set(idOf(3), upload);
    await runRound({ ...deps, stuckAfterMs: NOW.getTime() }, START, never);
    expect(entries()).toEqual({ [idOf(2)]: 'generation' });
  });

  it('hears of what is made anew', async () => {
    const { deps, eventLog, entries } = createTestWorld();
    eventLog.add(of(1, a.requested()), of(1, a.uploaded()), of(1, a.failed()), of(1, a.reprocessed()));
    const { position } = await runRound(deps, START, never);
    expect(entries()).toEqual({ [idOf(1)]: 'generation' });
    expect(position.reprocessed).toBe(5);
    expect((await runRound(deps, position, never)).position.reprocessed).toBe(5);
  });

  it('asks for what is stuck, and counts it', async () => {
    const { deps, eventLog, set, asked } = createTestWorld();
    eventLog.add(of(1, a.requested()), of(1, a.uploaded()));
    set(idOf(1), generation);
    expect((await runRound(deps, START, never)).findings).toMatchObject({ retries: 1, stalled: 0 });
    expect([...asked]).toEqual([[`transcoder ${idOf(1)}`, { service: 'transcoder', job: 'standard' }]]);
  });
});

describe('the way of the rounds', () => {
  it('is a thousand objects long each, and begins anew at the end', async () => {
    const { deps, objects } = createTestWorld();
    for (let n = 1; n <= 1_500; n += 1) objects.add(keyOf(n));
    const first = await runRound(deps, START, never);
    expect(first).toMatchObject({ findings: { orphans: 1_000 }, position: { bucket: keyOf(1_000) } });
    const second = await runRound(deps, first.position, never);
    expect(second).toMatchObject({ findings: { orphans: 500 }, position: { bucket: '' } });
  });

  it('is a thousand entries of the index long, and begins anew at the end', async () => {
    const { deps, eventLog, set } = createTestWorld();
    for (let n = 1; n <= 1_200; n += 1) {
      eventLog.add(of(n, a.requested()));
      set(idOf(n), upload);
    }
    const first = await runRound(deps, START, never);
    expect(first).toMatchObject({ seen: 1_000, isIndexEnd: false, position: { index: 1_001 } });
    expect(await runRound(deps, first.position, never)).toMatchObject({
      seen: 200,
      isIndexEnd: true,
      position: { index: 0 },
    });
  });

  it('leaves out of the recent uploads what was asked for more than eight days ago', async () => {
    const { deps } = createTestWorld();
    const from: (string | undefined)[] = [];
    const list: typeof deps.storage.list = (bucket, prefix, options) => {
      from.push(options?.startAfter);
      return deps.storage.list(bucket, prefix, options);
    };
    await runRound({ ...deps, storage: { ...deps.storage, list } }, START, never);
    expect(from).toEqual([recentBegin(NOW.getTime()), undefined]);
  });

  it('stays where it is while a part fails, and goes on with the others', async () => {
    const { deps, eventLog, set, objects } = createTestWorld();
    eventLog.add(of(1, a.requested()));
    set(idOf(1), upload);
    objects.add(keyOf(1));
    const list = () => {
      throw new Error('503');
    };
    const position = { ...START, bucket: 'uploads/here', recent: 'uploads/there' };
    const round = await runRound({ ...deps, storage: { ...deps.storage, list } }, position, never);
    expect(round).toMatchObject({
      findings: { found: 1 },
      position: { bucket: 'uploads/here', recent: 'uploads/there' },
    });
  });

  it('passes a video that cannot be looked at, and stops when there are many', async () => {
    const { deps, eventLog, set, objects, verbsOf } = createTestWorld();
    for (let n = 1; n <= 40; n += 1) {
      eventLog.add(of(n, a.requested()));
      set(idOf(n), upload);
      objects.add(keyOf(n));
    }
    const failing = (isAway: (key: string) => boolean): typeof deps => ({
      ...deps,
      storage: {
        ...deps.storage,
        head: (bucket, key) => (isAway(key) ? Promise.reject(new Error('503')) : deps.storage.head(bucket, key)),
        async *list() {},
      },
    });
    const outage = await runRound(
      failing(() => true),
      { ...START, index: 5 },
      never,
    );
    expect(outage).toMatchObject({ findings: { found: 0 }, position: { index: 5 } });
    const one = await runRound(
      failing((key) => key === keyOf(1)),
      START,
      never,
    );
    expect(one).toMatchObject({ findings: { found: 39 }, position: { index: 0 } });
    expect(await verbsOf(1)).toEqual(['requested']);
  });

  it('ends between two videos when the service stops, and comes back to the same page', async () => {
    const { deps, eventLog, set, calls } = createTestWorld();
    eventLog.add(of(1, a.requested()));
    set(idOf(1), upload);
    const stopped = AbortSignal.abort(new Error('the service is stopping'));
    expect((await runRound(deps, { ...START, bucket: 'uploads/here' }, stopped)).position).toEqual({
      ...START,
      bucket: 'uploads/here',
    });
    expect(calls).toEqual([]);
  });
});

describe('looking at everything once', () => {
  it('makes the index, finds every object and every orphan, however many there are', async () => {
    const { deps, eventLog, objects, entries, asked } = createTestWorld();
    for (let n = 1; n <= 1_100; n += 1) {
      eventLog.add(of(n, a.requested()));
      objects.add(keyOf(n));
    }
    eventLog.add(of(2_000, a.requested()), of(2_001, a.requested()), of(2_001, a.uploaded()));
    objects.add('uploads/stray.txt');
    const found = await reconcileAll(deps, never);
    expect(found).toEqual({ found: 1_100, orphans: 1, retries: 1, stalled: 0, open: 1_102 });
    expect([...asked.keys()]).toEqual([`transcoder ${idOf(2_001)}`]);
    expect(entries()).toMatchObject({ [idOf(1)]: 'generation', [idOf(2_000)]: 'upload', [idOf(2_001)]: 'generation' });
  });
});
