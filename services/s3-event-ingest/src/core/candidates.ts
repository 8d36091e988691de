/**
 * Collects, from the whole log in order, the videos that something may still be expected of; whatever is in `open` at the end
 * is folded and decided then. Its memory holds the open ones only. It trusts that events were appended by the rules, so an
 * outcome closes: a mistake costs a hint, which the ways through the bucket make up for.
 */
export interface Candidates {
  open: Set<string>;
}

const OPENS = new Set(['requested', 'uploaded', 'reprocessed']);
const CLOSES = new Set(['failed', 'expired', 'cancelled', 'deleted']);

/** @param isFinal whether a `packaged` says that it is the last; asked only of those */
export function addEvent({ open }: Candidates, subject: string, isFinal: () => boolean): void {
  const [, verb = '', videoId = ''] = subject.split('.');
  if (OPENS.has(verb)) open.add(videoId);
  else if (CLOSES.has(verb) || (verb === 'packaged' && isFinal())) open.delete(videoId);
}
