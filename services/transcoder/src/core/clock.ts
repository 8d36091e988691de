import type { Source } from '@rushes/shared/events';
import type { FrameTiming, ProbedFile } from '@rushes/shared/media';

/** Containers that say nothing of their length: it is the distance of the first and the last time stamp, which may jump. */
const CLOCKS = new Set(['mpegts', 'mpeg']);

/** Bit/s of which no transport or program stream is made; fewer mean that its clock jumps. */
const LEAST_BITRATE = 64_000;

/** Whether the length of a source was only guessed. */
export function isClocked(source: Pick<Source, 'container'>): boolean {
  return CLOCKS.has(source.container);
}

/**
 * Whether the length that ffprobe guessed is so long that its pictures must be counted.
 * @param size bytes of the file
 * @param longest seconds that any video may last
 */
export function clockMayJump({ format }: ProbedFile, size: number, longest: number): boolean {
  const { duration = 0, format_name: container = '' } = format;
  return isClocked({ container }) && (duration > longest || size * 8 < duration * LEAST_BITRATE);
}

/**
 * The length of a file whose clock jumps: its pictures, each as long as most are. Null where the clock is right.
 * @param timing of all pictures
 */
export function countedSeconds(guessed: number | undefined, timing: FrameTiming | null): number | null {
  if (timing?.medianStep == null) return null;
  const counted = timing.packets * timing.medianStep;
  return guessed !== undefined && guessed > 1.5 * counted ? counted : null;
}
