import type { VideoEvent } from '@rushes/shared/events';
import { TIERS, type Tier } from '@rushes/shared/events';
import type { StageContext, StageDefinition } from '@rushes/shared/stage';
import { tierRank, type Video } from '@rushes/shared/video';
import type { Media } from './ports.ts';
import { publishPackage } from './publish.ts';

/** The packager as a stage: each tier of `thumbnailed` is published and becomes `packaged`. */
export function packagerStage(media: Media): StageDefinition {
  return {
    stage: 'packager',
    durables: ['packager'],
    jobOf,
    isNeeded,
    work: (context) => work(media, context),
  };
}

/** A `thumbnailed` without a tier is a poster that somebody chose: nothing to package. */
export function jobOf(event: VideoEvent): Tier | null {
  return event.type === 'video.thumbnailed' ? (event.data.tier ?? null) : null;
}

/**
 * A tier is needed until it, or one above it, is packaged; and no more once a higher one has pictures, since that one's
 * lists hold all of ours. A history that lags behind the message still needs the job.
 */
export function isNeeded(video: Video, job: string): boolean {
  const rank = tierRank(TIERS.find((tier) => tier === job));
  const { outcome, packaged, thumbnailed } = video.current;
  if (video.status === 'deleted' || outcome !== null) return false;
  return tierRank(packaged?.tier) < rank && tierRank(thumbnailed?.tier) <= rank;
}

async function work(media: Media, context: StageContext): Promise<void> {
  const data = await publishPackage(media, context);
  await context.step('output');
  await context.append('packaged', data);
}
