import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Delivery, Outcome } from '@rushes/shared/bus';
import { toFailure } from '@rushes/shared/errors';
import type { InspectedData } from '@rushes/shared/events';
import type { Runtime } from '@rushes/shared/service';
import { createScratch, HandBack, type StageDefinition } from '@rushes/shared/stage';
import { mediaFolder } from '@rushes/shared/tracks';
import { isWorkable, type Video } from '@rushes/shared/video';
import { boundaryRecorder } from '../boundary.ts';
import { picturesOf } from '../core/pieces.ts';
import { partOf } from '../core/tiers.ts';
import type { TranscoderDeps } from '../ports.ts';
import { downloadSource } from '../source.ts';
import { Unwanted } from './hold.ts';
import { type PieceWish, parsePiece } from './message.ts';
import type { PiecesDeps } from './ports.ts';
import { takePiece } from './take.ts';

export type HelpDeps = TranscoderDeps &
  Pick<StageDefinition, 'isNeeded'> &
  Required<Pick<StageDefinition, 'scratchBytes'>> & { pieces: PiecesDeps };

/** A piece that does not fit in scratch, or whose dependency is away: whoever holds the job makes it if nobody else does. */
const LATER_MS = 5_000;

/**
 * Makes a piece of a video whose job another worker holds. Nothing is appended: what becomes of the video is the matter of the
 * job's holder, who finds the piece by its claim, and makes it himself where nobody does; so he meets its failures too.
 */
export async function helpOut(delivery: Delivery, deps: HelpDeps): Promise<Outcome> {
  const { log } = deps.pieces;
  const wish = parsePiece(delivery.subject, delivery.body);
  if (wish === null) {
    log.error(
      { subject: delivery.subject, body: delivery.body.slice(0, 200) },
      'a wish for a piece that names none; dropped',
    );
    return { kind: 'ack' };
  }
  const video = await wantedVideo(wish, deps);
  const inspected = video?.current.inspected;
  if (video === null || inspected == null) return { kind: 'ack' };
  const room = await deps.pieces.scratch.reserve(deps.scratchBytes(video, wish.job));
  if (room.kind !== 'reserved') return { kind: 'nak', delayMs: LATER_MS };
  const { videoId, generation, piece } = wish;
  try {
    const about = log.child({ videoId, generation, piece: piece.index });
    return await make({ delivery, wish, video, inspected, log: about }, deps);
  } finally {
    room.release();
  }
}

/** The video while its job's result is awaited. */
async function wantedVideo(
  { videoId, generation, job }: PieceWish,
  { pieces, isNeeded }: HelpDeps,
): Promise<Video | null> {
  const { state } = await pieces.eventLog.read(videoId);
  return isWorkable(state, generation) && isNeeded(state, job) ? state : null;
}

interface Help {
  delivery: Delivery;
  wish: PieceWish;
  video: Video;
  inspected: InspectedData;
  log: Runtime['log'];
}

async function make(help: Help, deps: HelpDeps): Promise<Outcome> {
  const { delivery, wish, video, inspected, log } = help;
  const { job, generation, videoId } = wish;
  const { signal } = delivery;
  const plan = picturesOf(partOf(inspected.plan, job));
  const scratch = await createScratch(deps.pieces.scratchDir);
  const path = join(scratch, 'source');
  // Further codecs give way to new videos; a piece of a new video is no less urgent than another one.
  const shouldYield = job === 'extended' ? delivery.shouldYield : async () => false;
  try {
    const taken = await takePiece(deps, {
      signal,
      isWanted: async () => (await wantedVideo(wish, deps)) !== null,
      recorder: (record) => boundaryRecorder({ record, shouldYield }, plan, 0),
      work: {
        ...{ wish, plan, scratch, log },
        source: inspected.source,
        mediaFolder: mediaFolder(video.visibility, videoId, generation),
        onPart: async () => deps.pieces.onStep?.('part', videoId),
        async fetchSource() {
          await downloadSource({ video, signal }, deps, path, () => undefined);
          return path;
        },
      },
    });
    if (taken.kind === 'held') return { kind: 'nak', delayMs: taken.retryInMs };
    if (taken.kind === 'unusable')
      log.warn({ reason: taken.reason }, 'a piece could not be made; left to the holder of the job');
    else log.info({ segments: taken.made.segments - wish.piece.from }, 'a piece is made');
    return { kind: 'ack' };
  } catch (error) {
    return outcomeOf(error, help);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** A failure is told nobody: the holder of the job makes the piece himself then, and meets it. */
function outcomeOf(error: unknown, { delivery, log }: Help): Outcome {
  if (error instanceof Unwanted) return { kind: 'ack' };
  if (delivery.signal.aborted || error instanceof HandBack) return { kind: 'nak', delayMs: 0 };
  const failure = toFailure(error);
  log.error({ err: failure, code: failure.code, detail: failure.detail }, 'a piece failed');
  return failure.retryable ? { kind: 'nak', delayMs: LATER_MS } : { kind: 'ack' };
}
