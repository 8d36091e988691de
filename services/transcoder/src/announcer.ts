import type { SegmentAnnouncement } from '@rushes/shared/tracks';

export interface AnnouncerDeps {
  publish(announcement: SegmentAnnouncement): Promise<void>;
  /** Resolves after so many milliseconds, or as soon as the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** Told once when announcements begin to fail. */
  onTrouble(error: unknown): void;
}

export interface Announcer {
  /** Takes the newest state of all tracks; it is announced soon, if nothing newer comes before. */
  put(announcement: SegmentAnnouncement): void;
  /** Announces nothing from now on. */
  stop(): void;
}

/** Between the beginnings of two announcements of one video, in milliseconds. */
const INTERVAL_MS = 1_000;

/**
 * Announces what is stored of a video while it grows: at once where nothing was said for a second, and at most once a second;
 * the newest state always comes last, and an equal one not at all. One that fails is made up for by the next, which says it
 * all: nobody waits for an announcement, and none can fail an encode.
 */
export function createAnnouncer(deps: AnnouncerDeps): Announcer {
  const stopped = new AbortController();
  let newest: SegmentAnnouncement | undefined;
  /** What was announced last, as text. */
  let said = '';
  let isRunning = false;
  let isTroubled = false;

  async function announce(announcement: SegmentAnnouncement): Promise<void> {
    try {
      await deps.publish(announcement);
      said = JSON.stringify(announcement);
      isTroubled = false;
    } catch (error) {
      if (!isTroubled) deps.onTrouble(error);
      isTroubled = true;
    }
  }

  async function run(): Promise<void> {
    isRunning = true;
    while (newest !== undefined && JSON.stringify(newest) !== said && !stopped.signal.aborted) {
      const pause = deps.wait(INTERVAL_MS, stopped.signal);
      await announce(newest);
      await pause;
    }
    isRunning = false;
  }

  return {
    put(announcement) {
      newest = announcement;
      if (!isRunning) void run();
    },
    stop: () => stopped.abort(),
  };
}
