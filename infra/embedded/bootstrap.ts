import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { connect, credsAuthenticator, type NatsConnection } from 'nats';
import { z } from 'zod';
import { bootstrapNats, LogLost } from '../nats/index.ts';
import { bootstrapBuckets, s3Client } from '../storage/buckets.ts';
import { bootstrapQueue, sqsClient } from '../storage/queue.ts';
import { type Layout, readJson, writeJson } from './files.ts';
import { SetupError } from './install.mjs';
import type { Targets } from './targets.ts';

const PATIENCE_MS = 45_000;
const logIdsSchema = z.record(z.string(), z.string());

/**
 * Streams, buckets and durables on NATS. The log's id is remembered in the home, so that a log that is lost or replaced
 * is noticed even when nothing of it is left. Throws SetupError.
 */
export async function prepareNats(targets: Targets, layout: Layout, ackWaitMs: number): Promise<void> {
  await patiently('NATS', targets.nats.url, () => ensureNats(targets, layout, ackWaitMs));
}

/** The same, once: what was missing and was made, or brought up to date. Throws LogLost. */
export async function ensureNats(targets: Targets, layout: Layout, ackWaitMs: number): Promise<string[]> {
  const place = natsPlace(targets.nats);
  const expectedLogId = knownLogs(layout)[place];
  const connection = await connectAsAdmin(targets);
  try {
    const newId = () => crypto.randomUUID();
    const { logId, made } = await bootstrapNats({ connection, replicas: 1, ackWaitMs, newId, expectedLogId });
    if (expectedLogId !== logId) rememberLog(layout, place, logId);
    return made;
  } finally {
    await connection.close();
  }
}

/** From now on another log at this place is an error. */
export function rememberLog(layout: Layout, place: string, logId: string): void {
  writeJson(logsFile(layout), { ...knownLogs(layout), [place]: logId });
}

/** How a home calls a NATS: its own moves from port to port. */
export function natsPlace({ embedded, url }: Pick<Targets['nats'], 'embedded' | 'url'>): string {
  return embedded ? 'embedded' : new URL(url).host;
}

function knownLogs(layout: Layout): Record<string, string> {
  return readJson(logsFile(layout), logIdsSchema) ?? {};
}

function logsFile(layout: Layout): string {
  return join(layout.state, 'log.json');
}

async function connectAsAdmin({ nats }: Targets): Promise<NatsConnection> {
  const { NATS_USER, NATS_PASSWORD, NATS_CREDS } = nats.variablesOf('admin');
  return connect({
    servers: nats.url,
    name: 'bootstrap',
    timeout: 2_000,
    reconnect: false,
    ...(NATS_CREDS === undefined
      ? { user: NATS_USER, pass: NATS_PASSWORD }
      : { authenticator: credsAuthenticator(await readFile(NATS_CREDS)) }),
  });
}

/** Both buckets with their rules. Returns what a store did not take. Throws SetupError. */
export async function prepareBuckets({ s3 }: Targets, allowedOrigins: readonly string[]): Promise<string[]> {
  const client = s3Client({ endpoint: s3.endpoint, region: s3.region, keys: s3.keysOf('admin') });
  const { uploadsBucket, mediaBucket } = s3;
  try {
    return await patiently('the object store', s3.endpoint, async () => {
      const warnings = await bootstrapBuckets(client, { uploadsBucket, mediaBucket, allowedOrigins });
      // It lists before it can store; a service that reads now would fail.
      await client.send(new ListObjectsV2Command({ Bucket: uploadsBucket, MaxKeys: 1 }));
      return warnings;
    });
  } finally {
    client.destroy();
  }
}

/** The queue of S3 notifications. Throws SetupError. */
export async function prepareQueue({ sqs, s3 }: Targets): Promise<void> {
  const client = sqsClient({ endpoint: sqs.endpoint, region: s3.region, keys: sqs.keys });
  const name = sqs.queueUrl.slice(sqs.queueUrl.lastIndexOf('/') + 1);
  try {
    await patiently('SQS', sqs.endpoint, () => bootstrapQueue(client, name));
  } finally {
    client.destroy();
  }
}

/** Servers that were just started refuse for a while; after that what they say is the answer. */
async function patiently<T>(what: string, where: string, work: () => Promise<T>): Promise<T> {
  for (const deadline = Date.now() + PATIENCE_MS; ; ) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof LogLost) throw new SetupError(error.message);
      if (Date.now() > deadline) {
        const { host } = new URL(where);
        throw new SetupError(`${what} at ${host} could not be prepared: ${messageOf(error)}`, { cause: error });
      }
      await delay(100);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
