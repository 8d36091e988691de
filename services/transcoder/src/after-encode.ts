import type { Plan, Source, TranscodedData } from '@rushes/shared/events';
import type { StageContext } from '@rushes/shared/stage';
import { withQuality } from './core/quality.ts';
import { listed, type WrittenTrack } from './core/results.ts';
import { makeMp4 } from './mp4.ts';
import type { TranscoderDeps } from './ports.ts';
import { measureQuality } from './quality.ts';
import { sourceOf } from './source.ts';

export interface AfterEncode {
  /** Local copy of the source, or where `fetchSource` puts it. */
  path: string;
  /** Null: it is there. */
  fetchSource: (() => Promise<void>) | null;
  source: Source;
  /** The part of the plan that was made. */
  plan: Plan;
  /** All tracks of it, stored. */
  tracks: readonly WrittenTrack[];
  /** Key of the generation's media folder. */
  mediaFolder: string;
}

/**
 * What is done with the tracks of a job once all of them are stored, before they are told of: they are measured, where that is
 * wanted, and put together for sharing. Neither can cost anybody the video.
 * @throws Failure `storage_unavailable`, and the signal's reason when aborted
 */
export async function afterEncode(
  job: AfterEncode,
  context: StageContext,
  deps: TranscoderDeps,
): Promise<Pick<TranscodedData, 'renditions' | 'audio' | 'mp4' | 'warnings'>> {
  const scores = await measureQuality({ ...job, context }, deps);
  const source = { path: job.path, size: sourceOf(context.video).size };
  const planned = context.job === 'standard' ? job.plan.mp4 : null;
  const shared = await makeMp4({ ...job, planned, source, context }, deps);
  const { renditions, audio } = listed(job.tracks);
  return { renditions: withQuality(renditions, scores), audio, ...shared };
}
