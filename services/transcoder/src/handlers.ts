import type { VideoEvent } from '@rushes/shared/events';
import type { StageDefinition } from '@rushes/shared/stage';
import { isOpen, tierRank, type Video } from '@rushes/shared/video';
import type { TranscoderDeps } from './ports.ts';
import { transcode } from './work.ts';

/** The service's name, and the stage's. */
const STAGE = 'transcoder';

const JOB = 'standard';

/** Every new source, and every source to be made again, asks for the H.264 job. */
export function jobOf(event: VideoEvent): string | null {
  return event.type === 'video.uploaded' || event.type === 'video.reprocessed' ? JOB : null;
}

/** The job is done when `transcoded` of `standard` is in the log, and pointless when the generation is closed. */
export function isNeeded(video: Video, job: string): boolean {
  return job === JOB && isOpen(video) && tierRank(video.current.transcoded?.tier) < tierRank('standard');
}

/** What an encode keeps in scratch beside the source: sockets, subtitles, what ffmpeg writes in passing. */
const SCRATCH_MARGIN_BYTES = 64 * 1024 ** 2;

/** The whole source lies in scratch while it is encoded; of the output nothing does. */
export function scratchBytes(video: Video): number {
  return (video.current.stored?.size ?? 0) + SCRATCH_MARGIN_BYTES;
}

export function transcoderStage(deps: TranscoderDeps): StageDefinition {
  return {
    stage: STAGE,
    durables: [STAGE],
    jobOf,
    isNeeded,
    scratchBytes,
    work: (context) => transcode(context, deps),
  };
}
