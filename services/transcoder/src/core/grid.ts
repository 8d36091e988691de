import type { Plan } from '@rushes/shared/events';
import type { TrackSpec } from './facts.ts';
import { frameTicks, parseRate, type Rate, timescaleOf } from './rate.ts';

/** GOPs of one segment: about six seconds. */
export const GOPS_PER_SEGMENT = 3;

/**
 * Where all renditions of a video have their keyframes and are cut into segments. Times in ticks of the video's time scale,
 * counts from zero.
 */
export interface Grid {
  rate: Rate;
  timescale: number;
  /** When the GOP after so many begins. */
  gopAt(gops: number): number;
  /** When the segment after so many begins. */
  cutAt(segments: number): number;
  /** GOPs of so many segments. */
  gopsIn(segments: number): number;
}

/** GOPs of equal length. */
export function regularGrid(rate: Rate, gopFrames: number): Grid {
  const gopTicks = gopFrames * frameTicks(rate);
  const gopsIn = (segments: number) => segments * GOPS_PER_SEGMENT;
  return {
    rate,
    timescale: timescaleOf(rate),
    gopAt: (gops) => gops * gopTicks,
    cutAt: (segments) => gopsIn(segments) * gopTicks,
    gopsIn,
  };
}

export function gridOf(plan: Plan): Grid {
  return regularGrid(rateOfPlan(plan), plan.gopFrames);
}

/** Pictures before the segment after so many. */
export function framesBefore(grid: Grid, segments: number): number {
  return Math.round(grid.cutAt(segments) / frameTicks(grid.rate));
}

export function rateOfPlan(plan: Plan): Rate {
  const rate = parseRate(plan.frameRate);
  if (rate === null) throw new Error(`the plan's frame rate is not a fraction: ${plan.frameRate}`);
  return rate;
}

/** The tracks of a plan, pictures first. */
export function specsOf(plan: Plan): TrackSpec[] {
  const rate = rateOfPlan(plan);
  const { segmentSeconds } = plan;
  return [
    ...plan.renditions.map(
      (rendition): TrackSpec => ({ kind: 'video', id: rendition.id, rendition, rate, segmentSeconds }),
    ),
    ...plan.audio.map((audio): TrackSpec => ({ kind: 'audio', id: audio.id, audio, segmentSeconds })),
  ];
}
