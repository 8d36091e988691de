import type { VideoEvent } from '@rushes/shared/events';
import { evolve, noVideo, type VideoState } from '@rushes/shared/video';

/** When one generation ended its work and its time before viewers; milliseconds since 1970, null: not yet. */
export interface Life {
  number: number;
  /** It got its outcome, or a reprocess began the next one before it had any. */
  closedAt: number | null;
  /** A newer one took its place before viewers; also null for one that never played. */
  replacedAt: number | null;
}

export interface Lives {
  state: VideoState;
  /** Oldest first. */
  generations: Life[];
  deletedAt: number | null;
}

/** Folds a history and notes when each generation ended. Events that may not follow change nothing. */
export function livesOf(events: Iterable<VideoEvent>): Lives {
  const lives = new Map<number, Life>();
  const lifeOf = (number: number): Life => {
    const life = lives.get(number) ?? { number, closedAt: null, replacedAt: null };
    lives.set(number, life);
    return life;
  };
  let state: VideoState = noVideo;
  let deletedAt: number | null = null;
  for (const event of events) {
    const before: VideoState = state;
    state = evolve(before, event);
    if (state === before || state.status === 'none') continue;
    const time = Date.parse(event.time);
    const { current, playing } = state;
    if (state.status === 'deleted') deletedAt = time;
    if (current.outcome !== null) lifeOf(current.number).closedAt ??= time;
    else lifeOf(current.number);
    if (before.status === 'none') continue;
    if (before.current.number !== current.number) lifeOf(before.current.number).closedAt ??= time;
    if (before.playing !== null && before.playing.number !== playing?.number) {
      lifeOf(before.playing.number).replacedAt = time;
    }
  }
  return { state, generations: [...lives.values()].toSorted((a, b) => a.number - b.number), deletedAt };
}
