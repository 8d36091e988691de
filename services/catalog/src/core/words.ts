/** Longer words are found by their first characters; an index key must not be as long as a description. */
const MAX_WORD = 60;
/** Letters that Unicode does not take apart, though people type them without their stroke. */
const PLAIN: Readonly<Record<string, string>> = { ø: 'o', ł: 'l', đ: 'd', ħ: 'h', æ: 'ae', œ: 'oe', ς: 'σ' };

/**
 * A text blind to case and accents. Accents are the marks that belong to no script of their own (diaeresis, tilde, …):
 * the vowel signs of Hindi or Thai are letters to their readers and stay.
 */
export function foldText(text: string): string {
  const bare = withoutAccents(text);
  // Upper case first: only so do ß and SS, and the two small sigmas, become the same.
  const small = withoutAccents(bare.toUpperCase().toLowerCase());
  return small.replace(/[øłđħæœς]/g, (letter) => PLAIN[letter] ?? letter);
}

function withoutAccents(text: string): string {
  return text.normalize('NFKD').replace(/[\p{Mn}&&\p{Script=Inherited}]/gv, '');
}

/** The different folded words of some texts, in the order of their first use. */
export function wordsOf(...texts: readonly string[]): string[] {
  const words = texts.flatMap((text) => foldText(text).split(/[^\p{L}\p{N}\p{M}]+/u));
  return [...new Set(words.filter((word) => word !== '').map((word) => [...word].slice(0, MAX_WORD).join('')))];
}
