import { type Worker, wait } from '@rushes/shared/bus';
import type { Runtime, Service } from '@rushes/shared/service';
import { createStageDeps, type StageDeps, startStage, sweepScratch } from '@rushes/shared/stage';
import { storageCheck } from '@rushes/shared/storage';
import { segmentSubject } from '@rushes/shared/tracks';
import type { TranscoderConfig } from './config.ts';
import { transcoderStage } from './handlers.ts';
import type { PiecesDeps } from './pieces/ports.ts';

/**
 * The transcoder: turns an uploaded source into segments at their final place.
 * @param onStep called at every step of every job; only tests give one
 */
export async function createTranscoder(
  runtime: Runtime,
  config: TranscoderConfig,
  onStep?: StageDeps['onStep'],
): Promise<Service> {
  const bucket = config.MEDIA_BUCKET;
  const deps = await createStageDeps(runtime, config, { bucket, ...(onStep === undefined ? {} : { onStep }) });
  const stage = transcoderStage({
    storage: deps.storage,
    mediaBucket: bucket,
    tools: {
      ffmpegPath: config.FFMPEG_PATH,
      ffprobePath: config.FFPROBE_PATH,
      stallSeconds: config.STALL_TIMEOUT / 1_000,
    },
    profiles: config.PROFILES_FILE,
    announce: async (videoId, announcement) => {
      await runtime.client.publish(segmentSubject(videoId), JSON.stringify(announcement));
    },
    scratch: deps.scratch,
    quality: config.QUALITY,
    now: runtime.now,
    pieces: config.PIECES === 1 ? undefined : piecesDeps(runtime, deps, config.PIECES),
  });
  let worker: Worker | undefined;
  return {
    checks: [storageCheck(deps.storage, bucket)],
    async start() {
      await sweepScratch(config.SCRATCH_DIR);
      worker = startStage(stage, deps);
    },
    async stop() {
      await worker?.stop();
    },
  };
}

function piecesDeps({ client, eventLog, log }: Runtime, deps: StageDeps, workers: number): PiecesDeps {
  const { claims, scratch, scratchDir, ackWaitMs, onStep } = deps;
  return {
    ...{ workers, claims, eventLog, scratch, scratchDir, log, wait, onStep },
    leaseMs: ackWaitMs,
    async ask(subject, body) {
      await client.publish(subject, body);
    },
  };
}
