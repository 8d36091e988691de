import { startWorker, type Worker } from '@rushes/shared/bus';
import { type Runtime, type Service, untilHealthy } from '@rushes/shared/service';
import {
  createS3Client,
  createStorage,
  presignGet,
  presignPut,
  type Storage,
  storageCheck,
} from '@rushes/shared/storage';
import { v7 as uuidv7 } from 'uuid';
import { removeUpload } from './cleanup.ts';
import type { UploadApiConfig } from './config.ts';
import type { Deps, Signer } from './ports.ts';
import { createReservations } from './reservations.ts';
import { addRoutes } from './routes.ts';

/** Removals at the same time; each is a few short calls to the store. */
const CLEANUP_SLOTS = 2;

/** Takes commands over HTTP and removes uploads that are called off. Keeps no state: every answer is read from the log. */
export async function createUploadApi(runtime: Runtime, config: UploadApiConfig): Promise<Service> {
  const storage = createStorage(createS3Client(config));
  const s3Check = storageCheck(storage, config.UPLOADS_BUCKET);
  await addRoutes(runtime.http, await createDeps(runtime, config, storage), config.ALLOWED_ORIGINS);
  let worker: Worker | undefined;
  return {
    checks: [s3Check],
    async start() {
      worker = startWorker({
        client: runtime.client,
        stream: 'VIDEO',
        durable: 'upload-api',
        slots: CLEANUP_SLOTS,
        ackWaitMs: config.ACK_WAIT,
        log: runtime.log,
        healthy: (signal) => untilHealthy([s3Check], runtime.log, signal),
        handle: (delivery) => removeUpload({ eventLog: runtime.eventLog, storage, log: runtime.log }, delivery),
      });
    },
    async stop() {
      await worker?.stop();
    },
  };
}

async function createDeps(runtime: Runtime, config: UploadApiConfig, storage: Storage): Promise<Deps> {
  const reservations = await runtime.client.views.kv('IDEMPOTENCY', { bindOnly: true });
  return {
    eventLog: runtime.eventLog,
    storage,
    signer: createSigner(config),
    reservations: createReservations(reservations),
    bucket: config.UPLOADS_BUCKET,
    cdnBaseUrl: config.CDN_BASE_URL,
    uploadTtlMs: config.UPLOAD_TTL,
    urlTtlMs: config.UPLOAD_URL_TTL,
    maxUploadBytes: config.MAX_UPLOAD_BYTES,
    now: runtime.now,
    newId: () => uuidv7(),
  };
}

/** Signs for the address under which a browser reaches the store. */
function createSigner(config: UploadApiConfig): Signer {
  const client = createS3Client(config, config.S3_PUBLIC_ENDPOINT ?? config.S3_ENDPOINT);
  return {
    put: (object) => presignPut(client, object, config.UPLOAD_URL_TTL),
    get: (object) => presignGet(client, object, config.UPLOAD_URL_TTL),
  };
}
