import { startWorker, type Worker } from '@rushes/shared/bus';
import { type Runtime, type Service, untilHealthy } from '@rushes/shared/service';
import { createStageDeps, type StageDeps, startStage, sweepScratch } from '@rushes/shared/stage';
import { storageCheck } from '@rushes/shared/storage';
import type { PackagerConfig } from './config.ts';
import { packagerStage } from './handlers.ts';
import { STRAGGLERS_MS, sweep } from './sweep.ts';

/** Videos that are swept at the same time. */
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
  const { client, connection, eventLog, log, now } = runtime;
  const times = { graceMs: config.GENERATION_GRACE, workStopsMs: config.ACK_WAIT, stragglersMs: STRAGGLERS_MS };
  return startWorker({
    client,
    stream: 'VIDEO',
    durables: ['packager-sweeper'],
    slots: SWEEPER_SLOTS,
    ackWaitMs: config.ACK_WAIT,
    healthy: (signal) => untilHealthy([storageCheck(storage, bucket)], log, signal),
    reconnect: () => connection.reconnect(),
    handle: (delivery) => sweep({ eventLog, storage, bucket, times, now, log }, delivery),
    log,
  });
}
