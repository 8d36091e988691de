import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createLog } from '@rushes/shared/log';
import { createLogger } from '@rushes/shared/service';
import type { NatsConnection } from 'nats';
import { type Layout, writeJson } from '../embedded/files.ts';
import { SetupError } from '../embedded/install.mjs';
import { s3Client } from '../storage/buckets.ts';
import { connectAdmin } from './admin.ts';
import { rememberAttempts } from './attempts.ts';
import { sweepClaims } from './claims.ts';
import { allVideos } from './known-videos.ts';

/** What a repair works with, from the administrator's environment. Throws SetupError that names what is missing. */
export async function repairDeps(connection: NatsConnection, env: NodeJS.ProcessEnv) {
  const { S3_ENDPOINT, S3_REGION = 'us-east-1', MEDIA_BUCKET, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = env;
  if (!S3_ENDPOINT || !MEDIA_BUCKET)
    throw new SetupError('S3_ENDPOINT and MEDIA_BUCKET are needed to look at the media.');
  const client = connection.jetstream();
  const manager = await connection.jetstreamManager();
  const now = () => new Date();
  const log = createLogger('repair', 'warn');
  const keys =
    AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY
      ? { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY }
      : undefined;
  return {
    connection,
    client,
    kv: await client.views.kv('CLAIMS', { bindOnly: true }),
    eventLog: createLog({ connection, client, manager, service: 'repair', now, log }),
    s3: s3Client({ endpoint: S3_ENDPOINT, region: S3_REGION, keys }),
    mediaBucket: MEDIA_BUCKET,
    now,
  };
}
export type RepairDeps = Awaited<ReturnType<typeof repairDeps>>;

/** The claims' part: none without support in the log, and none that would hand out a folder twice. */
export async function repairClaims(deps: RepairDeps, say: (line: string) => void): Promise<void> {
  const swept = await sweepClaims(deps);
  say(`claims: ${swept.kept} kept, ${swept.dropped.length} dropped`);
  for (const { key, why } of swept.dropped) say(`  ${key}: ${why}`);
  for (const key of swept.held) say(`  ! ${key} is held by a worker though no event supports it; repair again later`);
  const raised = await rememberAttempts(deps, allVideos(deps.connection));
  say(`attempts: ${raised.length} claims raised over folders that the log does not know`);
}

/** The next `npm start` in this home has to put the claims right before any worker looks at them. */
export function noteRestored(layout: Layout, logId: string): void {
  writeJson(noteFile(layout), { logId });
}

/**
 * The claims' part before the first service runs on a restored log: a worker that came first could write into an attempt's
 * folder that is there already.
 */
export async function repairRestored(
  layout: Layout,
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<void> {
  const connection = await connectAdmin(env);
  try {
    await repairClaims(await repairDeps(connection, env), say);
  } finally {
    await connection.close();
  }
  rmSync(noteFile(layout), { force: true });
}

export function wasRestored(layout: Layout): boolean {
  return existsSync(noteFile(layout));
}

function noteFile(layout: Layout): string {
  return join(layout.state, 'restored.json');
}
