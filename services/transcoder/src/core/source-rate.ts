import type { FrameTiming, ProbedStream } from '@rushes/shared/media';
import { fps, parseRate, type Rate, rateOf } from './rate.ts';

/**
 * The rate the camera meant. ffprobe offers two: the lowest rate on whose grid all pictures fall, which is absurd for
 * screen recordings, and the average, which is too low when pictures were dropped. The usual distance between pictures
 * says which of them is right; if neither is near it, it is the rate itself.
 */
export function nominalRate(stream: ProbedStream, timing: FrameTiming | null, interlaced: boolean): Rate {
  const grid = parseRate(stream.r_frame_rate);
  const average = parseRate(stream.avg_frame_rate);
  const measured = timing?.medianStep == null ? null : 1 / timing.medianStep;
  const known = [grid, average].filter((rate) => rate !== null);
  if (measured === null || measured > 1000) {
    // Fields counted as pictures, or a grid that only fits everything.
    if (grid !== null && average !== null && fps(grid) > 1.5 * fps(average)) return average;
    return known[0] ?? { num: 25, den: 1 };
  }
  const off = (rate: Rate) => Math.abs(fps(rate) / measured - 1);
  const nearest = known.toSorted((a, b) => off(a) - off(b))[0];
  if (nearest !== undefined && off(nearest) < 0.05) return nearest;
  if (interlaced && average !== null) return average;
  return rateOf(measured);
}

/** Their sequence header names one rate for all pictures; time stamps in program streams are too loose to say otherwise. */
const CONSTANT_RATE = new Set(['mpeg1video', 'mpeg2video']);

/** Whether the distances between pictures differ, so that the rate must be made constant. */
export function isVariable(
  stream: ProbedStream,
  timing: FrameTiming | null,
  nominal: Rate,
  interlaced: boolean,
): boolean {
  // Without a container there are no times, and the average is ffprobe's default.
  if (stream.start_time === undefined || CONSTANT_RATE.has(stream.codec_name ?? '')) return false;
  if (timing !== null && timing.unevenShare > 0.02) return true;
  const average = parseRate(stream.avg_frame_rate);
  return !interlaced && average !== null && Math.abs(fps(average) / fps(nominal) - 1) > 0.03;
}
