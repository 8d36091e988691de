import { startWorker, type Worker } from '@rushes/shared/bus';
import { type Runtime, type Service, untilHealthy } from '@rushes/shared/service';
import { createStageDeps, type StageDeps, startStage, sweepScratch } from '@rushes/shared/stage';
import { storageCheck } from '@rushes/shared/storage';
import type { PackagerConfig } from './config.ts';
import { growVideo } from './grow.ts';
import { packagerStage } from './handlers.ts';
import { STRAGGLERS_MS, sweep } from './sweep.ts';

/** Videos that are swept at the same time. */
const SWEEPER_SLOTS = 2;
/** Videos whose playlists grow at the same time: a few small reads and writes each. */
const GROWTH_SLOTS = 4;

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
      workers = [
        startStage(packagerStage({ storage, bucket }), deps),
        startGrowth(runtime, config, deps),
        startSweeper(runtime, config, deps),
      ];
    },
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}

function startGrowth(runtime: Runtime, config: PackagerConfig, deps: StageDeps): Worker {
  const { storage, bucket } = deps;
  const { eventLog, log } = runtime;
  const told = new Set<string>();
  return startWorker({
    ...workerOf(runtime, config, deps),
    stream: 'SEGMENTS',
    durables: ['packager-growth'],
    slots: GROWTH_SLOTS,
    handle: (delivery) => growVideo({ eventLog, storage, bucket, log, told }, delivery),
  });
}

function startSweeper(runtime: Runtime, config: PackagerConfig, deps: StageDeps): Worker {
  const { storage, bucket } = deps;
  const { eventLog, log, now } = runtime;
  const times = { graceMs: config.GENERATION_GRACE, workStopsMs: config.ACK_WAIT, stragglersMs: STRAGGLERS_MS };
  return startWorker({
    ...workerOf(runtime, config, deps),
    stream: 'VIDEO',
    durables: ['packager-sweeper'],
    slots: SWEEPER_SLOTS,
    handle: (delivery) => sweep({ eventLog, storage, bucket, times, now, log }, delivery),
  });
}

/** What the workers beside the stage have in common. */
function workerOf({ client, connection, log }: Runtime, config: PackagerConfig, { storage, bucket }: StageDeps) {
  return {
    client,
    ackWaitMs: config.ACK_WAIT,
    healthy: (signal: AbortSignal) => untilHealthy([storageCheck(storage, bucket)], log, signal),
    reconnect: () => connection.reconnect(),
    log,
  };
}
