import { startWorker, type Worker } from '@rushes/shared/bus';
import type { Runtime, Service } from '@rushes/shared/service';
import { createStageDeps, type StageDeps, startStage, sweepScratch } from '@rushes/shared/stage';
import { storageCheck } from '@rushes/shared/storage';
import type { PackagerConfig } from './config.ts';
import { packagerStage } from './handlers.ts';
import { sweep } from './sweep.ts';

/** Folders of deleted videos that are emptied at the same time. */
const SWEEPER_SLOTS = 2;

/**
 * The packager: publishes what has its pictures, and owns the clean-up of the media bucket.
 * @param onStep called at every step of every job; only tests give one
 */
export async function createPackager(
  runtime: Runtime,
  config: PackagerConfig,
  onStep?: StageDeps['onStep'],
): Promise<Service> {
  const bucket = config.MEDIA_BUCKET;
  const deps = await createStageDeps(runtime, config, { bucket, ...(onStep === undefined ? {} : { onStep }) });
  const { storage } = deps;
  let workers: Worker[] = [];
  return {
    checks: [storageCheck(storage, bucket)],
    async start() {
      await sweepScratch(config.SCRATCH_DIR);
      workers = [startStage(packagerStage({ storage, bucket }), deps), startSweeper(runtime, config, deps)];
    },
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}

function startSweeper(runtime: Runtime, config: PackagerConfig, { storage, bucket }: StageDeps): Worker {
  const { client, log, now } = runtime;
  return startWorker({
    client,
    stream: 'VIDEO',
    durable: 'packager-sweeper',
    slots: SWEEPER_SLOTS,
    ackWaitMs: config.ACK_WAIT,
    handle: (delivery) => sweep({ storage, bucket, now, log }, delivery),
    log,
  });
}
