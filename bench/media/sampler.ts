/** Milliseconds between two looks: a fifth of a second sees an ffmpeg's peak, which lasts for most of its run. */
const EVERY_MS = 200;

/** Peaks of what was looked at, by name. */
export type Peaks<Name extends string> = Record<Name, number>;

/** Looks again and again until it is stopped; a look that fails fails `stop`. */
export function startSampler<Name extends string>(look: () => Record<Name, number>) {
  const peaks = look();
  let failure: unknown;
  const timer = setInterval(() => {
    try {
      const seen = look();
      for (const name of Object.keys(seen) as Name[]) peaks[name] = Math.max(peaks[name], seen[name]);
    } catch (error) {
      failure ??= error;
    }
  }, EVERY_MS);
  return {
    stop(): Peaks<Name> {
      clearInterval(timer);
      if (failure !== undefined) throw failure;
      return peaks;
    },
  };
}
