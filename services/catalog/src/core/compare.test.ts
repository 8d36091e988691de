import { a } from '@rushes/shared/testing';
import { fold } from '@rushes/shared/video';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSame, type Pair, pairUp } from './compare.ts';
import { documentOf, type VideoDocument } from './document.ts';

function documentAt(lastSeq: number, title = 'Harbour'): VideoDocument {
  const state = fold([a.requested({ title, metadata: { one: '1', two: '2' } }), a.uploaded()]);
  if (state.status === 'none') throw new Error('the history makes no video');
  return documentOf(state, { lastSeq, revision: 0 }, 'https://cdn.example');
}

async function* each(ids: readonly string[], from: string) {
  for (const _id of ids) yield { _id, from };
}

describe('pairUp', () => {
  it('meets every id of both sides once, with what each side has', async () => {
    const ids = fc.uniqueArray(fc.stringMatching(/^[0-9a-f]{1,3}$/), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(ids, ids, async (olds, news) => {
        const pairs: Pair<{ _id: string; from: string }>[] = [];
        for await (const pair of pairUp(each(olds.toSorted(), 'old'), each(news.toSorted(), 'new'))) pairs.push(pair);
        const seen = pairs.map((pair) => [pair.old?._id, pair.new?._id]);
        const all = [...new Set([...olds, ...news])].toSorted();
        expect(seen).toEqual(all.map((id) => [olds.includes(id) ? id : undefined, news.includes(id) ? id : undefined]));
        expect(pairs.every((pair) => (pair.old?.from ?? 'old') === 'old' && (pair.new?.from ?? 'new') === 'new')).toBe(
          true,
        );
      }),
    );
  });
});

describe('isSame', () => {
  it('holds for documents of the same history, whatever order their fields are in and however often they were folded', () => {
    const document = documentAt(2);
    const state = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(document.state)).reverse()));
    const turned = Object.fromEntries(Object.entries({ ...document, revision: 4, state }).reverse());
    expect(isSame({ old: document, new: turned as unknown as VideoDocument })).toBe(true);
  });

  it('does not hold for another text, another event, another order of a list, or a missing one', () => {
    const document = documentAt(2);
    const others = [
      documentAt(2, 'Beach'),
      documentAt(3),
      { ...document, words: document.words.toReversed().concat('more') },
      { ...document, createdAt: new Date(0) },
    ];
    for (const other of others) expect(isSame({ old: document, new: other })).toBe(false);
    expect(isSame({ old: document, new: null })).toBe(false);
    expect(isSame({ old: null, new: document })).toBe(false);
  });
});
