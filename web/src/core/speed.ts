/** What is known of an upload's pace: samples of the last seconds, oldest first. */
export interface Pace {
  readonly samples: readonly { at: number; loaded: number }[];
}

export const noPace: Pace = { samples: [] };

/** Seconds that the speed is averaged over: long enough to be calm, short enough to notice a change. */
const WINDOW = 5;
/** Shorter than this nothing is said about speed. */
const SHORTEST = 0.5;

/** @param at seconds on any steady clock @param loaded bytes sent so far */
export function notePace(pace: Pace, at: number, loaded: number): Pace {
  const again = (pace.samples.at(-1)?.loaded ?? 0) > loaded;
  const recent = again ? [] : pace.samples.filter((sample) => at - sample.at <= WINDOW);
  return { samples: [...recent, { at, loaded }] };
}

/** Bytes a second over the window, or null while too little is known. */
export function speedOf(pace: Pace): number | null {
  const first = pace.samples[0];
  const last = pace.samples.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < SHORTEST) return null;
  return (last.loaded - first.loaded) / (last.at - first.at);
}

/** Seconds to go, or null while nobody can tell. */
export function secondsLeft(pace: Pace, total: number): number | null {
  const speed = speedOf(pace);
  const loaded = pace.samples.at(-1)?.loaded ?? 0;
  return speed === null || speed <= 0 ? null : (total - loaded) / speed;
}
