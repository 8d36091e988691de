/**
 * ISO 639-2 has two codes for these languages; containers use the bibliographic one, `Intl` knows the other. Source: the
 * Library of Congress' code list.
 */
const BIBLIOGRAPHIC: Record<string, string> = {
  alb: 'sq',
  arm: 'hy',
  baq: 'eu',
  bur: 'my',
  chi: 'zh',
  cze: 'cs',
  dut: 'nl',
  fre: 'fr',
  geo: 'ka',
  ger: 'de',
  gre: 'el',
  ice: 'is',
  mac: 'mk',
  mao: 'mi',
  may: 'ms',
  per: 'fa',
  rum: 'ro',
  slo: 'sk',
  tib: 'bo',
  wel: 'cy',
};

/** Codes that stand for "not known", "none" and "several". */
const NO_LANGUAGE = new Set(['und', 'zxx', 'mul', 'mis', 'unk']);

/**
 * The shortest BCP 47 language of a container's tag ("eng", "en-US", "ger" → "en", "en", "de"); null when there is none.
 * Only the language subtag is kept: it becomes part of object keys, which hold nothing a person typed.
 */
export function languageOf(tag: string | undefined): string | null {
  const subtag = /^([a-z]{2,3})(?:[-_]|$)/i.exec(tag ?? '')?.[1]?.toLowerCase();
  if (subtag === undefined || NO_LANGUAGE.has(subtag)) return null;
  return BIBLIOGRAPHIC[subtag] ?? Intl.getCanonicalLocales(subtag)[0] ?? null;
}

/** The language's English name, for a menu; "Original" when it is not known. */
export function labelOf(language: string | null): string {
  if (language === null) return 'Original';
  return new Intl.DisplayNames(['en'], { type: 'language' }).of(language) ?? language;
}
