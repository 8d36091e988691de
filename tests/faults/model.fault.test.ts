import type { ServiceName } from '@rushes/infra/nats';
import type { TestNats } from '@rushes/infra/testing';
import type { DataOf, Tier, VideoEvent } from '@rushes/shared/events';
import { a } from '@rushes/shared/testing';
import { type Command, evolve, fold, noVideo, objectionTo, type VideoState } from '@rushes/shared/video';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { found, type LogUser, rename, request, startLog } from '../log/harness.ts';

/**
 * A model test on the real log: any interleaving of commands, racing ones, repeated ones, lost acknowledgements, workers
 * that crash and come back late with results of an older generation. Whatever is tried, the log holds only what may follow.
 */
let nats: TestNats;
const users = new Map<ServiceName, LogUser>();

beforeAll(async () => {
  const log = await startLog();
  nats = log.nats;
  for (const name of ['upload-api', 's3-event-ingest', 'transcoder', 'thumbnailer', 'packager'] as const) {
    users.set(name, await log.as(name));
  }
});
afterAll(() => nats.stop());

interface Step {
  by: ServiceName;
  command: Command;
  /** How often it is sent at the same time: notifications are doubled, two workers race. */
  times: number;
  /** The answer to its append is lost, though it was stored. */
  ackLost: boolean;
  /** Not waited for: what comes next runs at the same time. */
  together: boolean;
}

const tier = fc.constantFrom<Tier>('first', 'standard', 'extended');
const generation = fc.integer({ min: 1, max: 3 });
const result = (by: ServiceName, command: fc.Arbitrary<Command>) => command.map((each) => ({ by, command: each }));
const wish: fc.Arbitrary<Pick<Step, 'by' | 'command'>> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ by: 'upload-api' as const, command: request }) },
  { weight: 3, arbitrary: fc.constant({ by: 's3-event-ingest' as const, command: found }) },
  {
    weight: 2,
    arbitrary: fc
      .string({ maxLength: 5 })
      .map((title) => ({ by: 'upload-api' as const, command: rename(`t${title}`) })),
  },
  ...(['cancel', 'delete', 'expire', 'reprocess'] as const).map((type) => ({
    weight: type === 'reprocess' ? 2 : 1,
    arbitrary: fc.constant({ by: 'upload-api' as const, command: { type, reason: 'model' } satisfies Command }),
  })),
  {
    weight: 4,
    arbitrary: result(
      'transcoder',
      generation.map((g) => recordOf(g, 'inspected', a.inspected(g).data)),
    ),
  },
  {
    weight: 4,
    arbitrary: result(
      'transcoder',
      fc
        .tuple(generation, tier, fc.boolean())
        .map(([g, t, final]) => recordOf(g, 'transcoded', a.transcoded(t, g, final).data)),
    ),
  },
  {
    weight: 4,
    arbitrary: result(
      'thumbnailer',
      fc
        .tuple(generation, tier, fc.boolean())
        .map(([g, t, final]) => recordOf(g, 'thumbnailed', a.thumbnailed(t, g, final).data)),
    ),
  },
  {
    weight: 4,
    arbitrary: result(
      'packager',
      fc
        .tuple(generation, tier, fc.boolean())
        .map(([g, t, final]) => recordOf(g, 'packaged', a.packaged(t, g, final).data)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(generation, fc.constantFrom<ServiceName>('transcoder', 'thumbnailer', 'packager'))
      .map(([g, by]) => ({
        by,
        command: { type: 'fail', generation: g, data: a.failed(g).data } satisfies Command,
      })),
  },
);

function recordOf<V extends 'inspected' | 'transcoded' | 'thumbnailed' | 'packaged'>(
  g: number,
  verb: V,
  data: DataOf<V>,
): Command {
  return { type: 'recordResult', generation: g, result: { verb, data } } as Command;
}

const step: fc.Arbitrary<Step> = fc
  .tuple(wish, fc.constantFrom(1, 1, 1, 2, 5), fc.boolean(), fc.boolean())
  .map(([who, times, ackLost, together]) => ({ ...who, times, ackLost: ackLost && times === 1, together }));

/** Loses the answer to the next append of a user. */
function loseNextAck({ client }: LogUser): void {
  const publish = client.publish.bind(client);
  client.publish = async (...args) => {
    client.publish = publish;
    await publish(...args);
    throw new Error('timeout');
  };
}

async function take(videoId: string, { by, command, times, ackLost }: Step): Promise<VideoEvent[]> {
  const user = users.get(by);
  if (user === undefined) throw new Error(by);
  if (ackLost) loseNextAck(user);
  // An edit is a new one each time that somebody makes it.
  const once = () => (command.type === 'update' ? { ...command, updateId: uuidv7() } : command);
  const results = await Promise.all(Array.from({ length: times }, () => user.eventLog.execute(videoId, once())));
  return results.flatMap((each) => (each.kind === 'appended' ? [each.event] : []));
}

describe('the log under anything that can happen at once', () => {
  it('holds only events that may follow, every acknowledged one once, and one outcome a generation', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const videoId = uuidv7();
        const acknowledged: VideoEvent[] = [];
        let running: Promise<VideoEvent[]>[] = [];
        for (const each of [
          { by: 'upload-api', command: request, times: 1, ackLost: false, together: false } as const,
          ...steps,
        ]) {
          running.push(take(videoId, each));
          if (each.together) continue;
          acknowledged.push(...(await Promise.all(running)).flat());
          running = [];
        }
        acknowledged.push(...(await Promise.all(running)).flat());
        await check(videoId, acknowledged);
      }),
      { numRuns: 80 },
    );
  }, 120_000);
});

async function check(videoId: string, acknowledged: readonly VideoEvent[]): Promise<void> {
  const { entries, state } = await (users.get('upload-api') as LogUser).eventLog.read(videoId);
  const events = entries.flatMap(({ parsed }) => (parsed.kind === 'event' ? [parsed.event] : []));
  expect(events).toHaveLength(entries.length);
  let before: VideoState = noVideo;
  for (const event of events) {
    expect(objectionTo(before, event), event.id).toBeNull();
    before = evolve(before, event);
  }
  expect(state).toEqual(fold(events));
  const ids = events.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(acknowledged.map(({ id }) => id).toSorted());
  const outcomes = events.filter(
    (event) =>
      event.type === 'video.failed' ||
      event.type === 'video.cancelled' ||
      (event.type === 'video.packaged' && event.data.final),
  );
  expect(new Set(outcomes.map((event) => event.generation)).size).toBe(outcomes.length);
}
