import { subjectOf, type VideoEvent } from '../events/index.ts';
import type { Entry, Executed, History, Log } from '../log/index.ts';
import { decide, fold } from '../video/index.ts';

/** The log's two calls that decide, in memory and by the same pure rules, for tests of handlers. */
export interface MemoryLog extends Pick<Log, 'read' | 'execute'> {
  /** Adds an event as another service would. */
  add(...events: VideoEvent[]): void;
  /** All that was appended, in order. */
  events(): VideoEvent[];
}

export function createMemoryLog(service: string, now: () => Date): MemoryLog {
  const stored: (Entry & { event: VideoEvent })[] = [];
  const append = (event: VideoEvent) => {
    const sequence = stored.length + 1;
    const traceparent = `00-${String(sequence).padStart(32, '0')}-00000000000000ff-01`;
    const subject = subjectOf(event);
    stored.push({
      sequence,
      subject,
      body: JSON.stringify(event),
      parsed: { kind: 'event', event },
      traceparent,
      event,
    });
  };
  const read = (videoId: string): History => {
    const entries = stored.filter(({ event }) => event.subject === videoId);
    return {
      entries,
      state: fold(entries.map(({ event }) => event)),
      lastSequence: entries.at(-1)?.sequence ?? 0,
    };
  };
  const execute: Log['execute'] = async (
    videoId,
    command,
    { ifSequence, causationId, actor } = {},
  ): Promise<Executed> => {
    const { state, lastSequence } = read(videoId);
    if (ifSequence !== undefined && ifSequence !== lastSequence) return { kind: 'conflict', state, lastSequence };
    const decision = decide(state, command, { videoId, service, now: now(), actor, causationId });
    if (decision.kind === 'unchanged') return { kind: 'unchanged', state, lastSequence };
    if (decision.kind === 'refused') return { kind: 'refused', objection: decision.objection, state, lastSequence };
    append(decision.event);
    return { kind: 'appended', event: decision.event, ...read(videoId) };
  };
  return {
    read: async (videoId) => read(videoId),
    execute,
    add: (...events) => events.forEach(append),
    events: () => stored.map(({ event }) => event),
  };
}
