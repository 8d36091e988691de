import { a } from '@rushes/shared/testing';
import { describe, expect, it } from 'vitest';
import { lookAfter, type StuckDeps } from './stuck.ts';
import { createTestWorld, idOf, NOW, of } from './test-world.ts';

const counted = { kind: 'generation', generation: 1, retries: 3, retriedAt: 1, sequence: 2 } as const;

/** A video that was uploaded long ago and of which nothing was heard since. */
function setUp() {
  const world = createTestWorld();
  world.eventLog.add(of(1, a.requested()), of(1, a.uploaded()));
  const look = async (entry: Parameters<typeof lookAfter>[1]['entry'], change: Partial<StuckDeps> = {}) => {
    world.set(idOf(1), entry);
    const { state, entries } = await world.eventLog.read(idOf(1));
    if (state.status === 'none') throw new Error('there is no video');
    const { revision } = await world.index.get(idOf(1));
    return lookAfter({ ...world.deps, ...change }, { video: state, history: entries, entry, revision });
  };
  return { ...world, look };
}

const fresh = { ...counted, retries: 0, retriedAt: null, sequence: 0 };

describe('a stuck generation', () => {
  it('is asked for once more, and that is written down', async () => {
    const { look, asked, index } = setUp();
    expect(await look(fresh)).toBe('asked');
    expect([...asked.values()]).toEqual([{ service: 'transcoder', job: 'standard' }]);
    expect((await index.get(idOf(1))).entry).toMatchObject({ retries: 1, retriedAt: NOW.getTime(), sequence: 2 });
  });

  it('is not asked for while the stage has not taken what it was asked for', async () => {
    const { look, asked } = setUp();
    asked.set(`transcoder ${idOf(1)}`, { service: 'transcoder', job: 'standard' });
    expect(await look(fresh)).toBe('waited');
  });

  it('is not asked for while its event waits in the durable, or the durable is gone', async () => {
    const { look, delivered, deps } = setUp();
    delivered.set('transcoder', 1);
    expect(await look(fresh)).toBe('waited');
    expect(await look(fresh, { stages: { ...deps.stages, deliveredBy: async () => null } })).toBe('waited');
    delivered.set('transcoder', 2);
    expect(await look(fresh)).toBe('asked');
  });

  it('is not asked for while a worker has it', async () => {
    const { look, claims } = setUp();
    claims.set(`transcoder.${idOf(1)}.1`, { worker: 'w', leaseUntil: NOW.getTime() + 1 });
    expect(await look(fresh)).toBe('waited');
  });

  it('has failed as stalled in its stage when asking did not help, and leaves the index', async () => {
    const { look, eventLog, entries, asked } = setUp();
    expect(await look(counted)).toBe('stalled');
    expect(eventLog.events().at(-1)).toMatchObject({
      type: 'video.failed',
      source: '/rushes/s3-event-ingest',
      data: { stage: 'transcoder', code: 'stalled', attempts: 3 },
    });
    expect([entries(), asked.size]).toEqual([{}, 0]);
  });

  it('does not fail when it goes on in the very moment', async () => {
    const { look, eventLog, claims, deps } = setUp();
    const claimOf: StuckDeps['stages']['claimOf'] = async () => {
      eventLog.add(of(1, a.inspected()));
      return null;
    };
    expect(await look(counted, { stages: { ...deps.stages, claimOf } })).toBe('waited');
    expect(eventLog.events().map(({ type }) => type)).toEqual(['video.requested', 'video.uploaded', 'video.inspected']);
    expect(claims.size).toBe(0);
  });

  it('that still shows signs of life costs no look at claims or queues', async () => {
    const { look, deps } = setUp();
    const stages: StuckDeps['stages'] = {
      ...deps.stages,
      claimOf: () => Promise.reject(new Error('was asked')),
    };
    expect(await look(fresh, { stages, stuckAfterMs: NOW.getTime() })).toBe('waited');
  });
});
