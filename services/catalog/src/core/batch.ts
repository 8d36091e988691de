import type { ParsedEvent } from '@rushes/shared/events';
import { evolve, type VideoState } from '@rushes/shared/video';
import { documentOf, type Identity, type Known, unseen, type VideoDocument } from './document.ts';

/** A message of the log, as far as the projection looks at it. */
export interface LogMessage {
  sequence: number;
  /** `video.<verb>.<videoId>` */
  subject: string;
  body: string;
  parsed: ParsedEvent;
}

/** A document to be written only where the one that is there still is `expected`; `lastSeq` 0: only where there is none. */
export interface Write {
  expected: Identity;
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

/** Videos whose first message in a batch is the request that every history begins with. */
export function beginningIn(messages: readonly Pick<LogMessage, 'subject'>[]): Set<string> {
  const met = new Set<string>();
  const beginning = new Set<string>();
  for (const { subject } of messages) {
    const videoId = videoIdOf({ subject });
    if (!met.has(videoId) && subject.startsWith('video.requested.')) beginning.add(videoId);
    met.add(videoId);
  }
  return beginning;
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
    const before = changed.get(videoId) ?? known.get(videoId) ?? unseen;
    if (message.sequence <= before.lastSeq) continue;
    const { parsed, sequence } = message;
    changed.set(videoId, {
      lastSeq: sequence,
      revision: before.revision,
      state: parsed.kind === 'event' ? evolve(before.state, parsed.event) : before.state,
    });
  }
  return [...changed].flatMap(([videoId, { state, ...identity }]) =>
    // Events of a video that was never requested: there is nothing to show, and nothing that a later event could need.
    state.status === 'none'
      ? []
      : [{ expected: known.get(videoId) ?? unseen, document: documentOf(state, identity, cdnBaseUrl), state }],
  );
}

export function quarantineOf(messages: readonly LogMessage[]): Quarantined[] {
  return messages.flatMap(({ sequence, subject, body, parsed }) =>
    parsed.kind === 'invalid' ? [{ sequence, subject, problems: parsed.problems, body }] : [],
  );
}
