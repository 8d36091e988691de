import type { ListQuery } from '@rushes/shared/http';
import { describe, expect, it } from 'vitest';
import { cursorAfter, TITLE_COLLATION, toMongoQuery } from './query.ts';

const ID = '0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e';
const query = (more: Partial<ListQuery> = {}): ListQuery => ({ sort: '-createdAt', limit: 20, ...more });
const conditions = (more: Partial<ListQuery>) => toMongoQuery(query(more), null).filter.$and;

describe('toMongoQuery', () => {
  it('leaves deleted videos out unless they are asked for', () => {
    expect(conditions({})).toEqual([{ deleted: false }]);
    expect(conditions({ status: ['ready', 'failed'] })).toEqual([
      { deleted: false, status: { $in: ['ready', 'failed'] } },
    ]);
    expect(conditions({ status: ['deleted', 'ready'] })).toEqual([{ status: { $in: ['deleted', 'ready'] } }]);
  });

  it('wants every tag, and a word for every word of the search', () => {
    expect(conditions({ tag: ['sea', 'sky'], q: 'Häfen dáwn' })).toEqual([
      { deleted: false },
      { tags: { $eq: 'sea' } },
      { tags: { $eq: 'sky' } },
      { words: { $regex: '^hafen' } },
      { words: { $regex: '^dawn' } },
    ]);
  });

  it('takes what a person typed for text, never for an expression', () => {
    expect(conditions({ q: '.*$where(a|b)[' })).toEqual([
      { deleted: false },
      { words: { $regex: '^where' } },
      { words: { $regex: '^a' } },
      { words: { $regex: '^b' } },
    ]);
    expect(conditions({ tag: ['$ne'] })).toContainEqual({ tags: { $eq: '$ne' } });
  });

  it('sorts titles as people do, and everything else by value', () => {
    expect(toMongoQuery(query({ sort: 'title' }), null)).toMatchObject({
      sort: { title: 1, _id: 1 },
      collation: TITLE_COLLATION,
    });
    expect(toMongoQuery(query({ sort: '-updatedAt' }), null)).toMatchObject({
      sort: { updatedAt: -1, _id: -1 },
      collation: undefined,
    });
  });

  it('goes on behind the last video of a page, whichever of equal values it had', () => {
    const at = new Date('2026-01-01T00:00:00.000Z');
    const cursor = cursorAfter({ _id: ID, createdAt: at, updatedAt: at, title: 'A' }, '-createdAt');
    expect(cursor).toEqual({ sort: '-createdAt', value: at.toISOString(), id: ID });
    expect(toMongoQuery(query(), cursor).filter.$and).toEqual([
      { deleted: false },
      { createdAt: { $lte: at } },
      { $or: [{ createdAt: { $lt: at } }, { _id: { $lt: ID } }] },
    ]);
    const byTitle = cursorAfter({ _id: ID, createdAt: at, updatedAt: at, title: 'A' }, 'title');
    expect(toMongoQuery(query({ sort: 'title' }), byTitle).filter.$and).toEqual([
      { deleted: false },
      { title: { $gte: 'A' } },
      { $or: [{ title: { $gt: 'A' } }, { _id: { $gt: ID } }] },
    ]);
  });
});
