import { randomBytes } from 'node:crypto';
import { ProblemError } from '@rushes/shared/http';
import { describe, expect, it } from 'vitest';
import type { Cursor } from './core/query.ts';
import { createCursors } from './cursor.ts';

const cursors = createCursors(randomBytes(32));
const CURSOR: Cursor = { sort: 'title', value: 'Härbour', id: '0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e' };

function problemOf(work: () => unknown): ProblemError {
  try {
    work();
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('cursors', () => {
  it('come back as they were', () => {
    expect(cursors.decode(cursors.encode(CURSOR), 'title')).toEqual(CURSOR);
  });

  it.each([
    ['another payload', (text: string) => `${Buffer.from('{}').toString('base64url')}.${text.split('.')[1]}`],
    ['another last letter', (text: string) => text.slice(0, -1) + (text.endsWith('A') ? 'B' : 'A')],
    ['no signature', (text: string) => text.split('.')[0] ?? ''],
    ['something behind', (text: string) => `${text}.x`],
    ['nonsense', () => 'nonsense'],
  ])('are refused with %s', (_, change) => {
    const problem = problemOf(() => cursors.decode(change(cursors.encode(CURSOR)), 'title'));
    expect(problem.code).toBe('validation_failed');
    expect(problem.errors?.map(({ path }) => path)).toEqual(['/query/cursor']);
  });

  it('are refused in another sort order', () => {
    expect(problemOf(() => cursors.decode(cursors.encode(CURSOR), 'createdAt')).message).toMatch(/another sort order/);
  });

  it('are refused by a catalog with another key', () => {
    const others = createCursors(randomBytes(32));
    expect(problemOf(() => others.decode(cursors.encode(CURSOR), 'title')).code).toBe('validation_failed');
  });
});
