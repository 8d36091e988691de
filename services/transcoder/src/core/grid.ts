import type { Plan } from '@rushes/shared/events';
import { rateOfPlan } from './arguments.ts';
import type { TrackSpec } from './facts.ts';
import { GOPS_PER_SEGMENT } from './plan.ts';
import { frameTicks, type Rate, timescaleOf } from './rate.ts';

/** The grid on which all renditions of a plan are cut; ticks are of the video's time scale. */
export interface Grid {
  rate: Rate;
  timescale: number;
  gopTicks: number;
  segmentFrames: number;
  segmentTicks: number;
}

export function gridOf(plan: Plan): Grid {
  const rate = rateOfPlan(plan);
  const segmentFrames = GOPS_PER_SEGMENT * plan.gopFrames;
  return {
    rate,
    timescale: timescaleOf(rate),
    gopTicks: plan.gopFrames * frameTicks(rate),
    segmentFrames,
    segmentTicks: segmentFrames * frameTicks(rate),
  };
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
