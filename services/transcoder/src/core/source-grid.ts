import type { Grid, SourcePictures } from './grid.ts';
import { fps, frameTicks, type Rate, timescaleOf } from './rate.ts';

/**
 * Longest segment on a source's own keyframes, in seconds: sound, cut at the nearest frame, may last a little longer and must
 * not be rounded up to more than the target duration of six.
 */
export const LONGEST_SEGMENT = 6.4;

/** Numbers of the GOPs with which segments begin: each segment ends at the last keyframe that keeps it short enough. */
export function segmentGops({ keyframes, frames }: SourcePictures, rate: Rate): number[] {
  const longest = LONGEST_SEGMENT * fps(rate);
  const firsts = [0];
  let start = 0;
  for (const [gop, keyframe] of keyframes.entries()) {
    const end = keyframes[gop + 1] ?? frames;
    if (gop === 0 || end - start <= longest) continue;
    firsts.push(gop);
    start = keyframe;
  }
  return firsts;
}

/**
 * The grid of a source whose pictures are passed on: GOPs as long as they are there, gathered into segments.
 * @param isExact what is passed on ends where the source does, and so must everything else
 */
export function sourceGrid(source: SourcePictures, rate: Rate, isExact: boolean): Grid {
  const { keyframes, frames } = source;
  const ticks = frameTicks(rate);
  const firsts = segmentGops(source, rate);
  const beyond = Number.POSITIVE_INFINITY;
  const frameOf = (gop: number) => keyframes[gop] ?? (gop === keyframes.length ? frames : beyond);
  const gopsIn = (segments: number) => firsts[segments] ?? (segments === firsts.length ? keyframes.length : beyond);
  return {
    rate,
    timescale: timescaleOf(rate),
    gopAt: (gops) => frameOf(gops) * ticks,
    cutAt: (segments) => frameOf(gopsIn(segments)) * ticks,
    gopsIn,
    source,
    ...(isExact ? { end: frames * ticks } : {}),
  };
}

/**
 * When encoders are to make keyframes, as ffmpeg's `-force_key_frames` takes it: half a picture before each, since seconds
 * with a few decimals would fall now before, now behind the picture itself.
 * @param start number of the first picture that is encoded, which comes to the encoders as the first of all
 */
export function forcedKeyframes(keyframes: readonly number[], start: number, rate: Rate): string {
  return keyframes
    .filter((frame) => frame >= start)
    .map((frame) => Math.max(0, (frame - start - 0.5) / fps(rate)).toFixed(6))
    .join(',');
}
