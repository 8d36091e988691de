/**
 * Whose document stands. Documents of one generation only grow: a playlist gains segments and then its end, a master and a
 * manifest gain renditions. So what is there and differs from ours is either older, to be replaced, or the work of somebody
 * who knows more, to be left alone, even when our claim has not noticed yet.
 */
export type Precedence = 'same' | 'ours' | 'theirs';

/** Lines that count what a document holds, one pattern for each kind of document. */
const MEASURES = [/^#EXTINF:/gm, /^#EXT-X-ENDLIST$/gm, /^#EXT-X-STREAM-INF:/gm, /<Representation /g] as const;

/** @param there the document in storage, null for none */
export function precedence(there: string | null, ours: string): Precedence {
  if (there === null) return 'ours';
  if (there === ours) return 'same';
  const holdsMore = MEASURES.some((measure) => count(there, measure) > count(ours, measure));
  return holdsMore ? 'theirs' : 'ours';
}

function count(text: string, measure: RegExp): number {
  return text.match(measure)?.length ?? 0;
}
