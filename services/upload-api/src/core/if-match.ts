/** What an `If-Match` header asks for: nothing, that the video exists, or that its last sequence is one of these. */
export type IfMatch = { kind: 'none' } | { kind: 'any' } | { kind: 'sequences'; sequences: number[] };

/**
 * Reads `If-Match`. ETags are taken quoted, bare and weak: a proxy that compresses makes them weak. A tag that is not one
 * of ours matches no version, so that its writer hears 412 and not that all is well.
 */
export function parseIfMatch(header: string | undefined): IfMatch {
  if (header === undefined) return { kind: 'none' };
  const tags = header.split(',').map((tag) => tag.trim());
  if (tags.includes('*')) return { kind: 'any' };
  return { kind: 'sequences', sequences: tags.flatMap(sequenceOf) };
}

function sequenceOf(tag: string): number[] {
  const [, quoted, bare] = /^(?:(?:W\/)?"(\d{1,15})"|(\d{1,15}))$/.exec(tag) ?? [];
  const digits = quoted ?? bare;
  return digits === undefined ? [] : [Number(digits)];
}

/**
 * The one sequence the log is to insist on.
 * @param lastSequence the video's last sequence as just read
 * @returns `null` when the condition fails already, `undefined` when there is none
 */
export function requiredSequence(ifMatch: IfMatch, lastSequence: number): number | null | undefined {
  if (ifMatch.kind !== 'sequences') return undefined;
  return ifMatch.sequences.includes(lastSequence) ? lastSequence : null;
}
