import { describe, expect, it } from 'vitest';
import { labelOf, languageOf } from './language.ts';

describe('languageOf', () => {
  it.each([
    ['eng', 'en'],
    ['ger', 'de'],
    ['deu', 'de'],
    ['fre', 'fr'],
    ['en-US', 'en'],
    ['pt_BR', 'pt'],
    ['JPN', 'ja'],
    ['haw', 'haw'],
  ])('reads %s as %s', (tag, language) => {
    expect(languageOf(tag)).toBe(language);
  });

  it.each(['und', 'zxx', '', undefined, 'english', '../../x', 'e/n'])('knows no language of %s', (tag) => {
    expect(languageOf(tag)).toBeNull();
  });
});

describe('labelOf', () => {
  it('names a language in English, and what has none Original', () => {
    expect(labelOf('de')).toBe('German');
    expect(labelOf(null)).toBe('Original');
  });
});
