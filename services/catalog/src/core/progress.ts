import { TIERS } from '@rushes/shared/events';
import { tierRank, type VideoView } from '@rushes/shared/video';
import { z } from 'zod';

/** A message of `progress.<videoId>.<stage>`: how far a stage is with a tier of a generation. Not history. */
export const progressSchema = z.object({
  generation: z.int().positive(),
  stage: z.string().min(1).max(64),
  /** Absent: of a job that makes no tier. */
  tier: z.enum(TIERS).optional(),
  percent: z.number().min(0).max(100),
  secondsLeft: z.number().min(0).nullable().optional(),
  at: z.iso.datetime({ offset: true }),
});
export type Progress = z.infer<typeof progressSchema>;

const STAGES = ['transcoder', 'thumbnailer', 'packager'];

/**
 * What is to be shown of a video after one more message; null: the message is behind what is shown. A video goes forward
 * only: by generation, tier, stage and percent. So what is made of `first` beside the encode of `standard` is not shown, and
 * an attempt that begins again further back is shown where the one before it was, with its own time left. Pure.
 */
export function furthest(shown: Progress | undefined, told: Progress): Progress | null {
  if (shown === undefined || told.generation > shown.generation) return told;
  if (told.generation < shown.generation) return null;
  if (told.tier === shown.tier && told.stage === shown.stage) {
    return { ...told, percent: Math.max(told.percent, shown.percent) };
  }
  if (shown.tier === undefined) return told;
  // A job without a tier is a small one beside them: a chosen poster.
  if (told.tier === undefined) return null;
  const tiers = tierRank(told.tier) - tierRank(shown.tier);
  const stages = STAGES.indexOf(told.stage) - STAGES.indexOf(shown.stage);
  return tiers > 0 || (tiers === 0 && stages > 0) ? told : null;
}

/** The view with what the message says, if that is about the generation, tier and stage which the view is at. */
export function withProgress(view: VideoView, told: Progress | undefined): VideoView {
  const { progress } = view;
  if (progress === null || told === undefined) return view;
  const same =
    told.generation === progress.generation &&
    told.stage === progress.stage &&
    (told.tier ?? progress.tier) === progress.tier;
  const { percent, secondsLeft = null } = told;
  return same ? { ...view, progress: { ...progress, percent, secondsLeft } } : view;
}
