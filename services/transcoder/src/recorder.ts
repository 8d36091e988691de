import type { ClaimTrack } from '@rushes/shared/claims';

/**
 * Writes the tracks' progress into the claim, one write at a time. Tracks move on while a write is under way; then one
 * write for all of them follows. `put` resolves when its own news is written; several tracks are one piece of news.
 */
export function createRecorder(write: (tracks: readonly ClaimTrack[]) => Promise<void>) {
  const tracks = new Map<string, ClaimTrack>();
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  function start(): Promise<void> {
    const run = write([...tracks.values()]).finally(() => {
      if (running === run) running = undefined;
    });
    running = run;
    return run;
  }

  return {
    put(...news: readonly ClaimTrack[]): Promise<void> {
      for (const track of news) tracks.set(track.rendition, track);
      if (running === undefined) return start();
      next ??= running.then(() => {
        next = undefined;
        return start();
      });
      return next;
    },
  };
}
