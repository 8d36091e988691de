import { createLogger } from '@rushes/shared/service';
import { describe, expect, it } from 'vitest';
import type { VideoDocument } from './core/document.ts';
import type { Checkpoint } from './database.ts';
import { createFeed } from './feed.ts';
import { createPosition } from './position.ts';

/** A read model in memory: last sequences by video, and how far the checkpoint is. */
function createModel() {
  const lastSeqs = new Map<string, number>();
  let sequence = 0;
  let broken = 0;
  const position = createPosition(async () => ({ _id: 'videos', sequence, target: 0 }) as Checkpoint);
  const changed = async (after: number, upTo: number, limit: number) => {
    if (broken-- > 0) throw new Error('no database');
    return [...lastSeqs]
      .filter(([, seq]) => seq > after && seq <= upTo)
      .sort(([, x], [, y]) => x - y)
      .slice(0, limit)
      .map(([id, lastSeq]) => ({ _id: id, lastSeq }) as VideoDocument);
  };
  return {
    feed: createFeed({ position, changed, log: createLogger('catalog', 'silent') }),
    write: (id: string, seq: number) => void lastSeqs.set(id, seq),
    checkpoint(to: number) {
      sequence = to;
      position.wake();
    },
    breakFor: (reads: number) => {
      broken = reads;
    },
  };
}

/** Hears until a sequence; what was heard, as `<video>@<sequence>`. */
function hearUntil(last: number) {
  const heard: string[] = [];
  const { promise, resolve } = Promise.withResolvers<string[]>();
  const listener = ({ _id, lastSeq }: VideoDocument) => {
    heard.push(`${_id}@${lastSeq}`);
    if (lastSeq >= last) resolve(heard);
  };
  return { listener, done: promise };
}

describe('the feed', () => {
  it('tells every change since it was joined, in the order of the log', async () => {
    const model = createModel();
    model.write('old', 1);
    model.checkpoint(1);
    const { listener, done } = hearUntil(4);
    const member = await model.feed.join(listener);
    expect(member.seen()).toBe(1);
    model.write('b', 4);
    model.write('a', 3);
    model.checkpoint(4);
    expect(await done).toEqual(['a@3', 'b@4']);
    member.leave();
  });

  it('holds back what the checkpoint has not passed, lest an earlier change come later', async () => {
    const model = createModel();
    const { listener, done } = hearUntil(9);
    const member = await model.feed.join(listener);
    model.write('early', 9);
    model.write('a', 2);
    model.checkpoint(5);
    model.write('b', 7);
    model.checkpoint(9);
    expect(await done).toEqual(['a@2', 'b@7', 'early@9']);
    member.leave();
  });

  it('tells all of more changes than one page holds', async () => {
    const model = createModel();
    const { listener, done } = hearUntil(450);
    const member = await model.feed.join(listener);
    for (let seq = 1; seq <= 450; seq += 1) model.write(`v${seq}`, seq);
    model.checkpoint(450);
    expect(await done).toHaveLength(450);
    member.leave();
  });

  it('goes on where it was after the database failed', async () => {
    const model = createModel();
    const { listener, done } = hearUntil(2);
    const member = await model.feed.join(listener);
    model.breakFor(1);
    model.write('a', 2);
    model.checkpoint(2);
    expect(await done).toEqual(['a@2']);
    member.leave();
  });

  it('begins at the present again when somebody joins after all have left', async () => {
    const model = createModel();
    (await model.feed.join(() => undefined)).leave();
    model.write('missed', 5);
    model.checkpoint(5);
    const member = await model.feed.join(() => undefined);
    expect(member.seen()).toBe(5);
    member.leave();
  });
});
