import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldText, wordsOf } from './words.ts';

describe('foldText', () => {
  it.each([
    ['ÉCOLE', 'ecole'],
    ['Straße', 'strasse'],
    ['STRASSE', 'strasse'],
    ['İstanbul', 'istanbul'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['Łódź', 'lodz'],
    ['Ærø', 'aero'],
    ['ﬁlm', 'film'],
    ['Ｈａｒｂｏｕｒ', 'harbour'],
  ])('makes %s and its plain form the same', (text, folded) => {
    expect(foldText(text)).toBe(folded);
  });

  it('keeps the vowel signs of scripts that write vowels as marks', () => {
    expect(foldText('हिन्दी')).not.toBe(foldText('हनद'));
  });

  it('changes nothing when it is done twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(foldText(foldText(text))).toBe(foldText(text));
      }),
    );
  });
});

describe('wordsOf', () => {
  it('takes words apart at everything that is neither letter nor digit, each once', () => {
    expect(wordsOf('IMG_0042 — at dawn', 'Dawn, at the harbour')).toEqual([
      'img',
      '0042',
      'at',
      'dawn',
      'the',
      'harbour',
    ]);
  });

  it('keeps only the beginning of a very long word', () => {
    expect(wordsOf('x'.repeat(5_000))).toEqual(['x'.repeat(60)]);
  });

  it('finds no words in signs alone', () => {
    expect(wordsOf(' … !? ')).toEqual([]);
  });
});
