import { createLogger } from '@rushes/shared/service';
import { describe, expect, it } from 'vitest';
import { createProgressBoard } from './progress.ts';

const at = '2026-01-01T00:00:00.000Z';
const body = (percent: number, changes = {}) =>
  JSON.stringify({ generation: 1, stage: 'transcoder', tier: 'standard', percent, at, ...changes });

function createBoard() {
  let now = Date.UTC(2026, 0, 1);
  const board = createProgressBoard({ now: () => new Date(now), log: createLogger('catalog', 'silent') });
  return {
    board,
    pass(ms: number) {
      now += ms;
    },
  };
}

describe('the progress board', () => {
  it('shows the latest message of a video and tells those who listen', () => {
    const { board } = createBoard();
    const heard: number[] = [];
    const stop = board.listen((_, { percent }) => void heard.push(percent));
    board.note('progress.v1.transcoder', body(10));
    board.note('progress.v1.transcoder', body(20));
    stop();
    board.note('progress.v1.transcoder', body(30));
    expect(board.latest('v1')?.percent).toBe(30);
    expect(heard).toEqual([10, 20]);
  });

  it('tells at most two in a second, and still shows what came between', () => {
    const { board, pass } = createBoard();
    const heard: number[] = [];
    board.listen((_, { percent }) => void heard.push(percent));
    for (let percent = 1; percent <= 30; percent += 1) {
      board.note('progress.v1.transcoder', body(percent));
      pass(100);
    }
    expect(board.latest('v1')?.percent).toBe(30);
    expect(heard).toEqual([1, 2, 11, 12, 21, 22]);
  });

  it('neither shows nor tells what is behind', () => {
    const { board, pass } = createBoard();
    const heard: unknown[] = [];
    board.listen((_, { stage, percent }) => void heard.push([stage, percent]));
    for (const message of [body(40), body(90, { stage: 'packager', tier: 'first' }), body(30), body(41)]) {
      board.note('progress.v1.any', message);
      pass(600);
    }
    expect(board.latest('v1')).toMatchObject({ stage: 'transcoder', percent: 41 });
    expect(heard).toEqual([
      ['transcoder', 40],
      ['transcoder', 40],
      ['transcoder', 41],
    ]);
  });

  it.each([['not json'], ['{"percent":"x"}'], [body(101)], ['null']])('passes over %s', (message) => {
    const { board } = createBoard();
    board.note('progress.v1.transcoder', message);
    expect(board.latest('v1')).toBeUndefined();
  });

  it('forgets after an hour, and when it is told that nothing runs any more', () => {
    const { board, pass } = createBoard();
    board.note('progress.v1.transcoder', body(10));
    board.note('progress.v2.transcoder', body(10));
    board.forget('v2');
    pass(3_600_000);
    expect([board.latest('v1')?.percent, board.latest('v2')]).toEqual([10, undefined]);
    pass(1);
    expect(board.latest('v1')).toBeUndefined();
  });

  it('keeps ten thousand videos, the ones that were heard of last', () => {
    const { board } = createBoard();
    for (let index = 0; index < 10_000; index += 1) board.note(`progress.v${index}.transcoder`, body(1));
    board.note('progress.v0.transcoder', body(2));
    board.note('progress.new.transcoder', body(1));
    expect([board.latest('v0')?.percent, board.latest('v1'), board.latest('new')?.percent]).toEqual([2, undefined, 1]);
  });
});
