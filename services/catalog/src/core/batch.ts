import type { ParsedEvent } from '@rushes/shared/events';
import { evolve, noVideo, type VideoState } from '@rushes/shared/video';
import { documentOf, type Known, type VideoDocument } from './document.ts';

/** A message of the log, as far as the projection looks at it. */
export interface LogMessage {
  sequence: number;
  /** `video.<verb>.<videoId>` */
  subject: string;
  body: string;
  parsed: ParsedEvent;
}

/** A document to be written only where `lastSeq` still is `expected`; 0: only where there is none. */
export interface Write {
  expected: number;
  document: VideoDocument;
  /** What the document was made from. */
  state: VideoState;
}

/** A message with a verb we know in a form we do not. */
export interface Quarantined {
  sequence: number;
  subject: string;
  problems: string[];
  body: string;
}

export function videoIdOf(message: Pick<LogMessage, 'subject'>): string {
  return message.subject.split('.')[2] ?? '';
}

/**
 * What a batch of messages makes of the videos it is about. Pure, and harmless to do again: what a document has seen
 * already (`lastSeq`) is passed over. What changes no state still moves `lastSeq`.
 */
export function foldBatch(
  messages: readonly LogMessage[],
  known: ReadonlyMap<string, Known>,
  cdnBaseUrl: string,
): Write[] {
  const changed = new Map<string, Known>();
  for (const message of messages) {
    const videoId = videoIdOf(message);
    const before = changed.get(videoId) ?? known.get(videoId) ?? { lastSeq: 0, state: noVideo };
    if (message.sequence <= before.lastSeq) continue;
    const { parsed, sequence } = message;
    changed.set(videoId, {
      lastSeq: sequence,
      state: parsed.kind === 'event' ? evolve(before.state, parsed.event) : before.state,
    });
  }
  return [...changed].flatMap(([videoId, { lastSeq, state }]) =>
    // Events of a video that was never requested: there is nothing to show, and nothing that a later event could need.
    state.status === 'none'
      ? []
      : [{ expected: known.get(videoId)?.lastSeq ?? 0, document: documentOf(state, lastSeq, cdnBaseUrl), state }],
  );
}

export function quarantineOf(messages: readonly LogMessage[]): Quarantined[] {
  return messages.flatMap(({ sequence, subject, body, parsed }) =>
    parsed.kind === 'invalid' ? [{ sequence, subject, problems: parsed.problems, body }] : [],
  );
}
