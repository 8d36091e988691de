import { furthest, type Progress, progressSchema } from './core/progress.ts';
import type { Connection, Logger } from './ports.ts';

/** How far what is being worked on is, by video. Kept in memory only: a lost message is made up for by the next. */
export interface ProgressBoard {
  latest(videoId: string): Progress | undefined;
  /** Nothing runs any more. */
  forget(videoId: string): void;
  /** Told of what goes forward, at most twice a second of one video. */
  listen(listener: (videoId: string, progress: Progress) => void): () => void;
  stop(): void;
}

interface Entry {
  progress: Progress;
  /** Milliseconds since 1970, as the following. */
  notedAt: number;
  /** When listeners were told, of the last second. */
  toldAt: readonly number[];
}

const MAX_VIDEOS = 10_000;
const MAX_AGE_MS = 3_600_000;
const SECOND_MS = 1_000;
const decoder = new TextDecoder();

export function createProgressBoard(deps: { now: () => Date; log: Logger }): ProgressBoard & {
  /** @param subject `progress.<videoId>.<stage>` */
  note(subject: string, body: string): void;
} {
  const board = new Map<string, Entry>();
  const listeners = new Set<(videoId: string, progress: Progress) => void>();
  const forget = (videoId: string) => void board.delete(videoId);
  const find = (videoId: string): Entry | undefined => {
    const entry = board.get(videoId);
    if (entry === undefined || deps.now().getTime() - entry.notedAt <= MAX_AGE_MS) return entry;
    forget(videoId);
    return undefined;
  };
  return {
    forget,
    stop: () => listeners.clear(),
    latest: (videoId) => find(videoId)?.progress,
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
      const known = find(videoId);
      const progress = furthest(known?.progress, parsed.data);
      if (progress === null) return;
      const notedAt = deps.now().getTime();
      const toldAt = (known?.toldAt ?? []).filter((time) => notedAt - time < SECOND_MS);
      const tells = toldAt.length < 2;
      // Put at the end: what was heard of longest ago is at the beginning, and goes first.
      forget(videoId);
      board.set(videoId, { progress, notedAt, toldAt: tells ? [...toldAt, notedAt] : toldAt });
      for (const oldest of board.keys()) {
        if (board.size <= MAX_VIDEOS) break;
        forget(oldest);
      }
      // A stage that ends and the next one that begins may together be quicker than each alone.
      if (tells) for (const listener of listeners) listener(videoId, progress);
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
