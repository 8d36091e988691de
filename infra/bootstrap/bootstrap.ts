import { readFile } from 'node:fs/promises';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { connect, credsAuthenticator } from 'nats';
import { bootstrapNats } from '../nats/index.ts';
import { bootstrapBuckets, s3Client } from '../storage/buckets.ts';
import { announceUploads } from '../storage/notifications.ts';
import { bootstrapQueue, sqsClient } from '../storage/queue.ts';
import type { BootstrapConfig, BucketsConfig, QueueConfig } from './config.ts';
import { type LogIdMemory, logIdMemory } from './log-id.ts';
import { type Patience, patiently } from './patience.ts';
import { ensureReplicaSet } from './replica-set.ts';

export interface BootstrapDeps {
  patience: Patience;
  newId: () => string;
  /** What was done, in words. */
  say(line: string): void;
  warn(line: string): void;
}

/**
 * Prepares everything that services need and none of them may make: streams, key-value buckets and durables on NATS, both buckets
 * with their rules, the queue, the replica set. Safe to repeat at any time and beside running services. Throws what does not
 * answer in time, and LogLost.
 */
export async function bootstrap(config: BootstrapConfig, deps: BootstrapDeps): Promise<void> {
  const { patience } = deps;
  const { replicaSet } = config;
  await Promise.all([
    patiently(`NATS at ${hostOf(config.nats.url)}`, () => ensureBus(config.nats, deps.newId), patience).then((made) =>
      deps.say(made.length === 0 ? 'NATS: all there' : `NATS: made ${made.join(', ')}`),
    ),
    ensureUploads(config, deps),
    replicaSet !== undefined &&
      patiently('MongoDB', () => ensureReplicaSet(replicaSet), patience).then((made) =>
        deps.say(`MongoDB: replica set ${replicaSet.name} ${made ? 'made' : 'is there'}`),
      ),
  ]);
}

/** Both buckets, the queue, and at last what joins them. */
async function ensureUploads({ buckets, queue, announce }: BootstrapConfig, deps: BootstrapDeps): Promise<void> {
  const { patience } = deps;
  await Promise.all([
    buckets !== undefined &&
      patiently(`S3 at ${buckets.endpoint}`, () => ensureBuckets(buckets), patience).then((warnings) => {
        for (const warning of warnings) deps.warn(warning);
        deps.say(`S3: ${buckets.uploadsBucket} and ${buckets.mediaBucket} are ready`);
      }),
    queue !== undefined &&
      patiently(`SQS at ${queue.endpoint}`, () => ensureQueue(queue), patience).then(() =>
        deps.say(`SQS: ${queue.name} is ready`),
      ),
  ]);
  if (!announce || buckets === undefined || queue === undefined) return;
  const what = `S3 at ${buckets.endpoint}, which tells ${queue.name} of uploads,`;
  await patiently(what, () => ensureAnnounced(buckets, queue), patience);
  deps.say(`S3: ${buckets.uploadsBucket} tells ${queue.name} of uploads`);
}

/** What NATS lacked and was made, or brought up to date. Throws LogLost. */
export async function ensureBus(
  config: BootstrapConfig['nats'],
  newId: () => string,
  memory: LogIdMemory = logIdMemory(config.stateDir),
): Promise<string[]> {
  const connection = await connect({
    servers: config.url.split(','),
    name: 'bootstrap',
    timeout: 2_000,
    reconnect: false,
    ...(config.credentials === undefined
      ? { user: config.user, pass: config.password }
      : { authenticator: credsAuthenticator(await readFile(config.credentials)) }),
  });
  try {
    const { replicas, ackWaitMs } = config;
    const expectedLogId = memory.read();
    const { logId, made } = await bootstrapNats({ connection, replicas, ackWaitMs, newId, expectedLogId });
    if (logId !== expectedLogId) memory.write(logId);
    return made;
  } finally {
    await connection.close();
  }
}

/** Returns what the store did not take. */
async function ensureBuckets(config: BucketsConfig): Promise<string[]> {
  const client = s3Client(config);
  try {
    const warnings = await bootstrapBuckets(client, config);
    // A store that was just started lists before it can store; a service that reads now would fail.
    await client.send(new ListObjectsV2Command({ Bucket: config.uploadsBucket, MaxKeys: 1 }));
    return warnings;
  } finally {
    client.destroy();
  }
}

async function ensureQueue({ endpoint, region, name }: QueueConfig): Promise<void> {
  const client = sqsClient({ endpoint, region });
  try {
    await bootstrapQueue(client, name);
  } finally {
    client.destroy();
  }
}

async function ensureAnnounced(buckets: BucketsConfig, queue: QueueConfig): Promise<void> {
  const clients = { s3: s3Client(buckets), sqs: sqsClient({ endpoint: queue.endpoint, region: queue.region }) };
  try {
    await announceUploads(clients, { bucket: buckets.uploadsBucket, queueName: queue.name });
  } finally {
    clients.s3.destroy();
    clients.sqs.destroy();
  }
}

/** An address may hold a password. */
function hostOf(urls: string): string {
  return urls
    .split(',')
    .map((url) => (URL.canParse(url) ? new URL(url).host : url.replace(/^.*@/, '')))
    .join(', ');
}
