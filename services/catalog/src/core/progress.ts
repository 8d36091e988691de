import type { VideoView } from '@rushes/shared/video';
import { z } from 'zod';

/** A message of `progress.<videoId>.<stage>`: how far a stage is with a generation. Not history. */
export const progressSchema = z.object({
  generation: z.int().positive(),
  stage: z.string().min(1).max(64),
  percent: z.number().min(0).max(100),
  at: z.iso.datetime({ offset: true }),
});
export type Progress = z.infer<typeof progressSchema>;

/** The view with the percent of the message, if that is about the stage and generation which the view is at. */
export function withPercent(view: VideoView, progress: Progress | undefined): VideoView {
  if (view.progress === null || progress === undefined) return view;
  const same = progress.generation === view.progress.generation && progress.stage === view.progress.stage;
  return same ? { ...view, progress: { ...view.progress, percent: progress.percent } } : view;
}
