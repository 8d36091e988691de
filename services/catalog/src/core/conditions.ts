/** What request headers ask of a read. */

/** ETag of a video: the sequence of its last event, the same from every service. */
export function etagOf(lastSeq: number): string {
  return `"${lastSeq}"`;
}

/** Whether `If-None-Match` names this version, quoted, bare or weak: the client has it already. */
export function namesVersion(ifNoneMatch: string | undefined, lastSeq: number): boolean {
  if (ifNoneMatch === undefined) return false;
  const named = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, '').replaceAll('"', ''));
  return named.includes('*') || named.includes(String(lastSeq));
}

/** A sequence as headers carry it; null for what is none. */
export function parseSequence(text: string): number | null {
  const sequence = Number(text);
  return /^\d+$/.test(text) && Number.isSafeInteger(sequence) ? sequence : null;
}

const YOUNG_MS = 60_000;

/** Whether a video can be so new that the read model has not heard of it. @param videoId a UUIDv7, which begins with its time */
export function isYoung(videoId: string, now: Date): boolean {
  const bornAt = Number.parseInt(videoId.replaceAll('-', '').slice(0, 12), 16);
  return now.getTime() - bornAt < YOUNG_MS;
}
