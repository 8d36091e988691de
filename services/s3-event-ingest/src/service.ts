import { startWorker, type Worker } from '@rushes/shared/bus';
import type { LeasedLoop } from '@rushes/shared/lease';
import { busCheck, type Runtime, type Service, untilHealthy } from '@rushes/shared/service';
import { createS3Client, createStorage, storageCheck } from '@rushes/shared/storage';
import type { IngestConfig } from './config.ts';
import { createQueue, type Queue, type QueueMessage } from './queue.ts';
import { createReconcileDeps, type ReconcileDeps } from './reconcile-deps.ts';
import { startReconciler } from './reconciler.ts';
import { recordObject } from './record.ts';
import { refreshOnEvent } from './refresh.ts';
import { type Poller, startPoller } from './sqs.ts';
import { addWebhook } from './webhook.ts';

/** Between `uploaded` in the log and the message's deletion a crash must lose nothing; tests kill the process at each. */
export type IngestStep = 'appended' | 'deleted';

/** Entries of the index written at the same time; each is three short calls to NATS. */
const INDEX_SLOTS = 4;
const LEASE_KEY = 's3-event-ingest.reconciler';

/**
 * Turns notifications of the uploads bucket, from a queue and from webhooks, into `uploaded`; looks for what no notification
 * told, and for generations that do not go on.
 * @param onStep only tests give one; `about` is the object's key when `appended`, the message's id when `deleted`
 */
export async function createIngest(
  runtime: Runtime,
  config: IngestConfig,
  onStep?: (step: IngestStep, about: string) => Promise<void>,
): Promise<Service> {
  const { log, http } = runtime;
  const deps = await createReconcileDeps(runtime, config);
  const s3Check = storageCheck(createStorage(createS3Client(config)), config.UPLOADS_BUCKET);
  const natsCheck = busCheck(runtime.connection, runtime.manager);
  const healthy = (signal: AbortSignal) => untilHealthy([natsCheck, s3Check], log, signal);
  const record = (via: 'sqs' | 'webhook') => async (object: { bucket: string; key: string }) => {
    const verdict = await recordObject(deps, object, via);
    if (verdict === 'recorded') await onStep?.('appended', object.key);
    return verdict;
  };
  const queue = queueOf(config, async ({ id }) => onStep?.('deleted', id));
  addWebhook(http, {
    token: config.S3_WEBHOOK_TOKEN,
    record: record('webhook'),
    probe: () => natsCheck.probe(),
    log,
  });
  const running: (Poller | Worker | LeasedLoop)[] = [];
  return {
    checks: [s3Check, ...(queue === undefined ? [] : [{ name: 'sqs', probe: () => queue.ping() }])],
    async start() {
      running.push(startIndexing(runtime, config, deps), await startReconciling(runtime, config, deps, healthy));
      if (queue === undefined) return log.info('no SQS_QUEUE_URL: listening to the webhook only');
      running.push(startPoller({ queue, record: record('sqs'), healthy, log }));
    },
    async stop() {
      await Promise.all(running.map((each) => each.stop()));
    },
  };
}

function startIndexing(runtime: Runtime, config: IngestConfig, deps: ReconcileDeps): Worker {
  return startWorker({
    client: runtime.client,
    stream: 'VIDEO',
    durables: ['s3-event-ingest'],
    slots: INDEX_SLOTS,
    ackWaitMs: config.ACK_WAIT,
    reconnect: () => runtime.connection.reconnect(),
    log: runtime.log,
    handle: (delivery) => refreshOnEvent(deps, delivery),
  });
}

async function startReconciling(
  runtime: Runtime,
  config: IngestConfig,
  deps: ReconcileDeps,
  healthy: (signal: AbortSignal) => Promise<void>,
): Promise<LeasedLoop> {
  const kv = await runtime.client.views.kv('CLAIMS', { bindOnly: true });
  const { worker, now, log } = runtime;
  const lease = { kv, key: LEASE_KEY, worker, leaseMs: config.ACK_WAIT, now, log };
  return startReconciler({ ...deps, lease, intervalMs: config.RECONCILE_INTERVAL, healthy });
}

function queueOf(config: IngestConfig, onRemoved: (message: QueueMessage) => Promise<void>): Queue | undefined {
  if (config.SQS_QUEUE_URL === undefined) return undefined;
  const { SQS_QUEUE_URL: queueUrl, SQS_ENDPOINT: endpoint, S3_REGION: region } = config;
  const queue = createQueue({ queueUrl, endpoint, region });
  return {
    ...queue,
    async remove(message) {
      await queue.remove(message);
      await onRemoved(message);
    },
  };
}
