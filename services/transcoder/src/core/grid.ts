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
  /** Where GOPs are those of the source. */
  source?: SourcePictures;
  /** When the last picture must end; absent: whenever it does. */
  end?: number;
}

/** How a source's own pictures follow one another. Numbers of pictures count from zero. */
export interface SourcePictures {
  /** Those with which closed GOPs begin, in order; the first is 0. */
  keyframes: readonly number[];
  /** All of them. */
  frames: number;
  /** Pictures by which decoding must be ahead of showing. */
  delay: number;
}

/** What comes out begins or ends elsewhere than the grid says. */
export class OffGrid extends Error {
  override readonly name = 'OffGrid';
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
