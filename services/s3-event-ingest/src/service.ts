import { busCheck, type Runtime, type Service, untilHealthy } from '@rushes/shared/service';
import { createS3Client, createStorage, storageCheck } from '@rushes/shared/storage';
import type { IngestConfig } from './config.ts';
import { createQueue, type Queue } from './queue.ts';
import { type RecordDeps, recordObject } from './record.ts';
import { type Poller, startPoller } from './sqs.ts';
import { addWebhook } from './webhook.ts';

/** Turns notifications of the uploads bucket, from a queue and from webhooks, into `uploaded`. Keeps no state. */
export function createIngest(runtime: Runtime, config: IngestConfig): Service {
  const { eventLog, log, http } = runtime;
  const storage = createStorage(createS3Client(config));
  const deps: RecordDeps = { eventLog, storage, bucket: config.UPLOADS_BUCKET, log };
  const s3Check = storageCheck(storage, config.UPLOADS_BUCKET);
  const natsCheck = busCheck(runtime.connection, runtime.manager);
  const queue = queueOf(config);
  addWebhook(http, {
    token: config.S3_WEBHOOK_TOKEN,
    record: (object) => recordObject(deps, object, 'webhook'),
    probe: () => natsCheck.probe(),
    log,
  });
  let poller: Poller | undefined;
  return {
    checks: [s3Check, ...(queue === undefined ? [] : [{ name: 'sqs', probe: () => queue.ping() }])],
    async start() {
      if (queue === undefined) return log.info('no SQS_QUEUE_URL: listening to the webhook only');
      poller = startPoller({
        queue,
        record: (object) => recordObject(deps, object, 'sqs'),
        healthy: (signal) => untilHealthy([natsCheck, s3Check], log, signal),
        log,
      });
    },
    async stop() {
      await poller?.stop();
    },
  };
}

function queueOf(config: IngestConfig): Queue | undefined {
  if (config.SQS_QUEUE_URL === undefined) return undefined;
  return createQueue({ queueUrl: config.SQS_QUEUE_URL, endpoint: config.SQS_ENDPOINT, region: config.S3_REGION });
}
