import { Failure } from '@rushes/shared/errors';
import { type ThumbnailedData, TIERS, type Tier, type TranscodedData, type VideoEvent } from '@rushes/shared/events';
import type { StageContext, StageDefinition } from '@rushes/shared/stage';
import { mediaFolder } from '@rushes/shared/tracks';
import { tierRank, type Video } from '@rushes/shared/video';
import type { Media, RunFfmpeg } from './ports.ts';
import { type Pictures, renderAll, renderBeginning } from './render.ts';

/** The thumbnailer as a stage: each tier of `transcoded` gets its pictures and becomes `thumbnailed`. */
export function thumbnailerStage(media: Media, ffmpeg: RunFfmpeg): StageDefinition {
  return {
    stage: 'thumbnailer',
    durables: ['thumbnailer'],
    jobOf,
    isNeeded,
    work: (context) => work(media, ffmpeg, context),
  };
}

/** A changed title needs no pictures, nor does any other `updated` yet. */
export function jobOf(event: VideoEvent): Tier | null {
  return event.type === 'video.transcoded' ? event.data.tier : null;
}

/**
 * A tier is needed until it, or one above it, has pictures; and no more once a higher one is transcoded, since that one's
 * lists hold all of ours. A history that lags behind the message still needs the job.
 */
export function isNeeded(video: Video, job: string): boolean {
  const rank = tierRank(TIERS.find((tier) => tier === job));
  const { outcome, thumbnailed, transcoded } = video.current;
  if (video.status === 'deleted' || outcome !== null) return false;
  return tierRank(thumbnailed?.tier) < rank && tierRank(transcoded?.tier) <= rank;
}

async function work(media: Media, ffmpeg: RunFfmpeg, context: StageContext): Promise<void> {
  const { video, job, generation, attempt } = context;
  const { transcoded, thumbnailed } = video.current;
  if (transcoded === null || transcoded.tier !== job) {
    throw new Failure('internal', { detail: `the history read has no transcoded of ${job}, but ${transcoded?.tier}` });
  }
  const folder = `${mediaFolder(video.visibility, video.id, generation)}/thumbnails/a${attempt}`;
  const render = job === 'first' ? renderBeginning : renderAll;
  const pictures =
    earlierPictures(job, thumbnailed) ?? (await render({ media, ffmpeg, context, folder }, transcoded.renditions));
  await context.step('output');
  await context.append('thumbnailed', withTracks(transcoded, pictures));
}

/** Further codecs show the same pictures: those of the tier before are passed on. */
function earlierPictures(job: string, thumbnailed: ThumbnailedData | null): Pictures | null {
  if (job !== 'extended' || thumbnailed === null) return null;
  const { poster, images = [], storyboard = null, preview = null } = thumbnailed;
  return { poster, images, storyboard, preview };
}

/** What the packager needs is carried on as it came, fields of newer versions included. */
export function withTracks(transcoded: TranscodedData, pictures: Pictures): ThumbnailedData {
  const { tier, final, durationSeconds, visibility, renditions, audio, subtitles, mp4 } = transcoded;
  const carried = { durationSeconds, visibility, renditions, audio, subtitles, ...(mp4 === undefined ? {} : { mp4 }) };
  return { tier, final, ...pictures, ...carried };
}
