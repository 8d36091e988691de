import { type Progress, progressSchema } from './core/progress.ts';
import type { Connection, Logger } from './ports.ts';

/** The latest percents of what is being worked on, by video. Kept in memory only: a lost one is made up for by the next. */
export interface ProgressBoard {
  latest(videoId: string): Progress | undefined;
  /** Nothing runs any more. */
  forget(videoId: string): void;
  listen(listener: (videoId: string, progress: Progress) => void): () => void;
  stop(): void;
}

const MAX_VIDEOS = 10_000;
const MAX_AGE_MS = 3_600_000;
const decoder = new TextDecoder();

export function createProgressBoard(deps: { now: () => Date; log: Logger }): ProgressBoard & {
  /** @param subject `progress.<videoId>.<stage>` */
  note(subject: string, body: string): void;
} {
  const board = new Map<string, { progress: Progress; notedAt: number }>();
  const listeners = new Set<(videoId: string, progress: Progress) => void>();
  const forget = (videoId: string) => void board.delete(videoId);
  return {
    forget,
    stop: () => listeners.clear(),
    latest(videoId) {
      const entry = board.get(videoId);
      if (entry === undefined) return undefined;
      if (deps.now().getTime() - entry.notedAt <= MAX_AGE_MS) return entry.progress;
      forget(videoId);
      return undefined;
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    note(subject, body) {
      const videoId = subject.split('.')[1] ?? '';
      const parsed = progressSchema.safeParse(parseJson(body));
      if (!parsed.success) {
        deps.log.debug({ subject }, 'a progress message does not parse; passed over');
        return;
      }
      // Put at the end: what was heard of longest ago is at the beginning, and goes first.
      forget(videoId);
      board.set(videoId, { progress: parsed.data, notedAt: deps.now().getTime() });
      for (const oldest of board.keys()) {
        if (board.size <= MAX_VIDEOS) break;
        forget(oldest);
      }
      for (const listener of listeners) listener(videoId, parsed.data);
    },
  };
}

/** A board that is told by NATS. The subscription outlives reconnects. */
export function subscribeToProgress(deps: { connection: Connection; now: () => Date; log: Logger }): ProgressBoard {
  const board = createProgressBoard(deps);
  const subscription = deps.connection.subscribe('progress.>', {
    callback: (error, message) => {
      if (error !== null) deps.log.warn({ err: error }, 'no progress can be shown');
      else board.note(message.subject, decoder.decode(message.data));
    },
  });
  return {
    ...board,
    stop() {
      subscription.unsubscribe();
      board.stop();
    },
  };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
