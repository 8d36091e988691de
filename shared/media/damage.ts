/** What ffmpeg said of a file that it could not read or decode whole. Counts. */
export interface Damage {
  pictures: number;
  /** Packets of sound. */
  sounds: number;
  /** Places where the container is broken, or ends before it should. */
  container: number;
}

/**
 * Lines of ffmpeg's own parts, not of its decoders: one for each picture or packet, whatever the codec, while a decoder may
 * write many for one picture, and some for none.
 */
const LINES: readonly (readonly [RegExp, keyof Damage])[] = [
  [/^\[vist#.*\] (?:corrupt decoded frame|Error submitting packet to decoder|Decoding error)/, 'pictures'],
  [/^\[aist#.*\] (?:corrupt decoded frame|Error submitting packet to decoder|Decoding error)/, 'sounds'],
  [/^\[in#.*\] (?:Packet corrupt|File ended prematurely|.*partial file)/, 'container'],
];

const REPEATED = /^\s*Last message repeated (\d+) times/;

/** Counts damage in the lines of a run's stderr, in their order (`-loglevel level+warning`). */
export function createDamageCounter(): { see(line: string): void; damage(): Damage } {
  const found: Damage = { pictures: 0, sounds: 0, container: 0 };
  let last: keyof Damage | undefined;
  return {
    see(line) {
      const [, times] = REPEATED.exec(line) ?? [];
      if (times === undefined) last = LINES.find(([pattern]) => pattern.test(line))?.[1];
      if (last !== undefined) found[last] += Number(times ?? 1);
    },
    damage: () => ({ ...found }),
  };
}
