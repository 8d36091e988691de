import { startWorker, type Worker } from '@rushes/shared/bus';
import { type LeasedLoop, startLeasedLoop } from '@rushes/shared/lease';
import { readOpenVideos } from '@rushes/shared/open-videos';
import { busCheck, type Runtime, type Service, untilHealthy } from '@rushes/shared/service';
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
import { expiryInterval } from './core/expiry.ts';
import { expireUploads } from './expire.ts';
import type { CreateStep, Deps, Signer } from './ports.ts';
import { createReservations } from './reservations.ts';
import { addRoutes } from './routes.ts';

/** Removals at the same time; each is a few short calls to the store. */
const CLEANUP_SLOTS = 2;
const LEASE_KEY = 'upload-api.expirer';
/** Entries of the index read at once. */
const PAGE = 1_000;

/**
 * Takes commands over HTTP, removes uploads that are called off, and closes those that run out of time. Keeps no state: every
 * answer is read from the log.
 * @param onStep only tests give one
 */
export async function createUploadApi(
  runtime: Runtime,
  config: UploadApiConfig,
  onStep?: (step: CreateStep, videoId: string) => Promise<void>,
): Promise<Service> {
  const storage = createStorage(createS3Client(config));
  const s3Check = storageCheck(storage, config.UPLOADS_BUCKET);
  const deps = await createDeps(runtime, config, storage);
  await addRoutes(runtime.http, { ...deps, onStep }, config.ALLOWED_ORIGINS);
  const running: (Worker | LeasedLoop)[] = [];
  return {
    checks: [s3Check],
    async start() {
      running.push(startCleanup(runtime, config, storage), await startExpiring(runtime, config, storage));
    },
    async stop() {
      await Promise.all(running.map((each) => each.stop()));
    },
  };
}

function startCleanup(runtime: Runtime, config: UploadApiConfig, storage: Storage): Worker {
  return startWorker({
    client: runtime.client,
    stream: 'VIDEO',
    durables: ['upload-api'],
    slots: CLEANUP_SLOTS,
    ackWaitMs: config.ACK_WAIT,
    reconnect: () => runtime.connection.reconnect(),
    log: runtime.log,
    healthy: (signal) => untilHealthy([storageCheck(storage, config.UPLOADS_BUCKET)], runtime.log, signal),
    handle: (delivery) => removeUpload({ eventLog: runtime.eventLog, storage, log: runtime.log }, delivery),
  });
}

/** Closes uploads that run out of time, part after part of the index. */
async function startExpiring(runtime: Runtime, config: UploadApiConfig, storage: Storage): Promise<LeasedLoop> {
  const { connection, client, manager, eventLog, worker, now, log } = runtime;
  const kv = await client.views.kv('CLAIMS', { bindOnly: true });
  const checks = [busCheck(connection, manager), storageCheck(storage, config.UPLOADS_BUCKET)];
  const openVideos = (from: number) => readOpenVideos(connection, { from, limit: PAGE });
  let next = 0;
  return startLeasedLoop({
    lease: { kv, key: LEASE_KEY, worker, leaseMs: config.ACK_WAIT, now, log },
    intervalMs: expiryInterval(config.UPLOAD_TTL, config.RECONCILE_INTERVAL),
    healthy: (signal) => untilHealthy(checks, log, signal),
    async round(signal) {
      next = await expireUploads({ eventLog, storage, openVideos, now, log }, next, signal);
    },
  });
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
    profiles: config.PROFILES_FILE,
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
