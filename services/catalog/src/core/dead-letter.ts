import { type ParsedEvent, parseEvent } from '@rushes/shared/events';
import type { Quarantined } from './batch.ts';
import { type VideoDocument, viewOf } from './document.ts';

/**
 * What went wrong for good and waits for a person: an event that does not parse, or a video whose newest generation failed
 * though nothing is known to be wrong with its file.
 */

/** Codes of such failures; all others say what is wrong with the file, and trying again would say it again. */
export const DEAD_CODES: readonly string[] = ['attempts_exhausted', 'stalled'];

export type LetterName = { kind: 'event'; sequence: number } | { kind: 'video'; videoId: string; generation: number };

export const KINDS = ['event', 'video'] as const satisfies LetterName['kind'][];

/** The id of a dead letter: the same one as long as it is the same event, or the same failure. */
export function letterId(name: LetterName): string {
  return name.kind === 'event' ? `event-${name.sequence}` : `video-${name.videoId}-${name.generation}`;
}

/** Null for what is no id of a dead letter. */
export function parseLetterId(id: string): LetterName | null {
  const [, sequence] = /^event-([1-9]\d{0,15})$/.exec(id) ?? [];
  if (sequence !== undefined) return { kind: 'event', sequence: Number(sequence) };
  const [, videoId, generation] = /^video-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-([1-9]\d{0,8})$/.exec(id) ?? [];
  return videoId === undefined ? null : { kind: 'video', videoId, generation: Number(generation) };
}

/** A quarantined event as clients see it. `problems` are those of now: none means that replaying it will take it. */
export function eventLetter(quarantined: Quarantined, discardedAt: string | null) {
  const { sequence, subject } = quarantined;
  const [, verb = '', videoId = ''] = subject.split('.');
  const id = letterId({ kind: 'event', sequence });
  return { id, kind: 'event' as const, sequence, verb, videoId, problems: problemsNow(quarantined), discardedAt };
}

/** A failed video as clients see it; null when it is none that waits for anybody. */
export function videoLetter(document: Pick<VideoDocument, '_id' | 'view'>, discardedAt: string | null) {
  const { error, generation, status, title } = viewOf(document);
  if (error === null || !DEAD_CODES.includes(error.code) || status === 'deleted') return null;
  const id = letterId({ kind: 'video', videoId: document._id, generation });
  return { id, kind: 'video' as const, videoId: document._id, generation, title, error, discardedAt };
}

export type DeadLetter = ReturnType<typeof eventLetter> | NonNullable<ReturnType<typeof videoLetter>>;

/** The failure that ended a generation, as it is in the history. */
export function failureIn(history: readonly { parsed: ParsedEvent }[], generation: number) {
  for (const { parsed } of history) {
    if (parsed.kind !== 'event' || parsed.event.type !== 'video.failed') continue;
    const { event } = parsed;
    if (event.generation === generation) return { attempts: event.data.attempts, failedAt: event.time };
  }
  return { attempts: null, failedAt: null };
}

/** Whether this version understands an event that an earlier one did not. */
export function isUnderstood({ subject, body }: Pick<Quarantined, 'subject' | 'body'>): boolean {
  return parseEvent(subject, body).kind === 'event';
}

function problemsNow({ subject, body }: Quarantined): string[] {
  const parsed = parseEvent(subject, body);
  if (parsed.kind === 'unknown') return [`/type: the verb ${parsed.verb} is not known`];
  return parsed.kind === 'invalid' ? parsed.problems : [];
}

/** A problem as problem documents have them. @param problem `/path: message` */
export function fieldErrorOf(problem: string): { path: string; message: string } {
  const [path = '/', ...message] = problem.split(': ');
  return { path, message: message.join(': ') };
}
