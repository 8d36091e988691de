import type { Delivery } from '@rushes/shared/bus';
import type { VideoEvent } from '@rushes/shared/events';
import type { StageDefinition } from '@rushes/shared/stage';
import { isOpen, tierRank, type Video } from '@rushes/shared/video';
import type { Job } from './core/tiers.ts';
import { helpOut } from './pieces/help.ts';
import { pieceNames } from './pieces/message.ts';
import type { TranscoderDeps } from './ports.ts';
import { transcode } from './work.ts';

/** The service's name, and the stage's. */
const STAGE = 'transcoder';
/** The durable that brings videos for their further codecs. */
const EXTENDED = 'transcoder-extended';

/**
 * Every new source, and every source to be made again, asks for the H.264 job; what has just become ready and is not final,
 * for its further codecs.
 */
export function jobOf(event: VideoEvent): Job | null {
  switch (event.type) {
    case 'video.uploaded':
    case 'video.reprocessed':
      return 'standard';
    case 'video.packaged':
      return event.data.tier === 'standard' && !event.data.final ? 'extended' : null;
    default:
      return null;
  }
}

/** A job is done when `transcoded` of its tier is in the log, and pointless when the generation is closed. */
export function isNeeded(video: Video, job: string): boolean {
  if (!isOpen(video)) return false;
  const made = tierRank(video.current.transcoded?.tier);
  if (job === 'standard') return made < tierRank('standard');
  return job === 'extended' && made === tierRank('standard');
}

/** What an encode keeps in scratch beside the source: sockets, the texts of subtitles, what ffmpeg writes in passing. */
const SCRATCH_MARGIN_BYTES = 96 * 1024 ** 2;

/** The whole source lies in scratch while it is encoded; of the output nothing does. */
export function scratchBytes(video: Video): number {
  return (video.current.stored?.size ?? 0) + SCRATCH_MARGIN_BYTES;
}

export function transcoderStage(deps: TranscoderDeps): StageDefinition {
  const { pieces } = deps;
  const sharing =
    pieces === undefined
      ? // New videos go before other videos' further codecs.
        { durables: [STAGE, EXTENDED] as const }
      : {
          durables: [STAGE, { stream: 'PIECES', durable: 'transcoder-pieces' }, EXTENDED] as const,
          parts: pieceNames(pieces.workers),
          handlePart: (delivery: Delivery) => helpOut(delivery, { ...deps, pieces, isNeeded, scratchBytes }),
        };
  return {
    stage: STAGE,
    ...sharing,
    jobOf,
    isNeeded,
    scratchBytes,
    work: (context) => transcode(context, deps),
  };
}
