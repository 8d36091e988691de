import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { prepareBuckets } from '../embedded/bootstrap.ts';
import { homeLayout, makeFolders } from '../embedded/files.ts';
import { choosePorts, isPortFree } from '../embedded/ports.ts';
import { createSupervisor } from '../embedded/processes.ts';
import { loadSecrets, type Secrets } from '../embedded/secrets.ts';
import { SEAWEED_PORTS, seaweedSpec } from '../embedded/servers.ts';
import { parseSettings } from '../embedded/settings.ts';
import { chooseTargets } from '../embedded/targets.ts';
import { findTools } from '../embedded/tools.ts';
import { s3Client } from '../storage/buckets.ts';
import type { S3IdentityName } from '../storage/identities.ts';

export interface TestStorage {
  endpoint: string;
  ports: Record<string, number>;
  secrets: Secrets;
  clientOf(identity: S3IdentityName): S3Client;
  stop(): Promise<void>;
}

/** A SeaweedFS of its own as `npm start` runs it, with both buckets and their rules. */
export async function startStorage(allowedOrigins: readonly string[]): Promise<TestStorage> {
  const layout = homeLayout(await mkdtemp(join(tmpdir(), 'rushes-s3-')));
  makeFolders(layout);
  const names = ['s3', ...SEAWEED_PORTS, 'notifier', 'edge', 'sqs', 'mongod', 'nats'];
  const requests = names.map((name) => ({ name }));
  const { ports } = await choosePorts(requests, {}, { isFree: isPortFree, random: Math.random });
  const secrets = loadSecrets(layout);
  const targets = chooseTargets(parseSettings({}, []), secrets, ports);
  const supervisor = createSupervisor({ logsDir: layout.logs, report: () => undefined, changed: () => undefined });
  const deps = { layout, tools: findTools(process.env), secrets, ports, region: targets.s3.region, env: {} };
  await supervisor.start(seaweedSpec(deps));
  const warnings = await prepareBuckets(targets, allowedOrigins);
  if (warnings.length > 0) throw new Error(warnings.join('\n'));
  const { endpoint, region } = targets.s3;
  return {
    endpoint,
    ports,
    secrets,
    clientOf: (identity) => s3Client({ endpoint, region, keys: secrets.s3[identity] }),
    async stop() {
      await supervisor.stop([]);
      await rm(layout.home, { recursive: true, force: true });
    },
  };
}
