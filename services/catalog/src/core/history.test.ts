import { describe, expect, it } from 'vitest';
import { documentsOf } from './history.ts';

describe('documentsOf', () => {
  it('answers what was stored as it is, with verbs and fields that nobody knows yet', () => {
    const stored = { id: 'x', type: 'video.applauded', data: { hands: 2 } };
    expect(documentsOf([{ body: JSON.stringify(stored) }])).toEqual([stored]);
  });

  it('leaves out what is no event at all', () => {
    expect(documentsOf([{ body: '{ not json' }, { body: '[]' }, { body: 'null' }, { body: '"text"' }])).toEqual([]);
  });
});
