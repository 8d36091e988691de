import { Failure } from '@rushes/shared/errors';
import { runFfmpeg } from '@rushes/shared/media';
import type { Runtime, Service } from '@rushes/shared/service';
import { createStageDeps, type StageDeps, startStage, sweepScratch } from '@rushes/shared/stage';
import { storageCheck } from '@rushes/shared/storage';
import type { ThumbnailerConfig } from './config.ts';
import { thumbnailerStage } from './handlers.ts';
import type { RunFfmpeg } from './ports.ts';

/** Seconds for one run: a hundred segments of a small rendition decode in a few. */
const FFMPEG_TIMEOUT_SECONDS = 600;

/**
 * The thumbnailer: makes the pictures of what is transcoded.
 * @param onStep called at every step of every job; only tests give one
 */
export async function createThumbnailer(
  runtime: Runtime,
  config: ThumbnailerConfig,
  onStep?: StageDeps['onStep'],
): Promise<Service> {
  const bucket = config.MEDIA_BUCKET;
  const deps = await createStageDeps(runtime, config, { bucket, ...(onStep === undefined ? {} : { onStep }) });
  const { storage } = deps;
  const definition = thumbnailerStage({ storage, bucket }, ffmpegAt(config.FFMPEG_PATH, config.STALL_TIMEOUT / 1_000));
  let worker: { stop(): Promise<void> } | undefined;
  return {
    checks: [storageCheck(storage, bucket)],
    async start() {
      await sweepScratch(config.SCRATCH_DIR);
      worker = startStage(definition, deps);
    },
    async stop() {
      await worker?.stop();
    },
  };
}

/**
 * Renders with the ffmpeg at a path, through the one runner that sets whitelists and limits. What it reads is our own
 * encode, so a damaged input is our failure, to be tried again, and not that of the person who uploaded.
 */
export function ffmpegAt(ffmpegPath: string, stallSeconds?: number): RunFfmpeg {
  return async (input, { inputOptions, filter, outputs }, signal) => {
    const inputs = [{ path: input, options: inputOptions }];
    try {
      const timeoutSeconds = FFMPEG_TIMEOUT_SECONDS;
      await runFfmpeg({ ffmpegPath, inputs, filter, outputs, signal, timeoutSeconds, stallSeconds });
    } catch (error) {
      if (!(error instanceof Failure) || error.retryable) throw error;
      const detail = `on our own encode: ${error.code}: ${error.detail}`;
      throw new Failure('tool_failed', { detail, cause: error });
    }
  };
}
