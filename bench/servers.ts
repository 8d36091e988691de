import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type NatsConnection } from 'nats';
import { v7 as uuidv7 } from 'uuid';
import { homeLayout, makeFolders } from '../infra/embedded/files.ts';
import { mongoUrl } from '../infra/embedded/mongo.ts';
import { choosePorts, isPortFree } from '../infra/embedded/ports.ts';
import { createSupervisor } from '../infra/embedded/processes.ts';
import { loadSecrets } from '../infra/embedded/secrets.ts';
import { mongoSpec, natsSpec } from '../infra/embedded/servers.ts';
import { findTools } from '../infra/embedded/tools.ts';
import { bootstrapNats } from '../infra/nats/index.ts';

/** nats-server and mongod as `npm start` runs them, with an empty log, in a folder that goes with them. */
export interface BenchServers {
  /** As `admin`. */
  connection: NatsConnection;
  /** What the catalog is configured with. */
  catalogEnv: Record<string, string>;
  mongoUrl: string;
  stop(): Promise<void>;
}

export async function startServers(): Promise<BenchServers> {
  const layout = homeLayout(await mkdtemp(join(tmpdir(), 'rushes-bench-')));
  makeFolders(layout);
  const requests = ['nats', 'mongod'].map((name) => ({ name }));
  const { ports } = await choosePorts(requests, {}, { isFree: isPortFree, random: Math.random });
  const secrets = loadSecrets(layout);
  const supervisor = createSupervisor({ logsDir: layout.logs, report: () => undefined, changed: () => undefined });
  const deps = { layout, tools: findTools(process.env), secrets, ports, region: 'none', env: {} };
  await Promise.all([supervisor.start(natsSpec(deps)), supervisor.start(mongoSpec(deps))]);
  const url = `nats://127.0.0.1:${ports.nats}`;
  const connection = await connect({ servers: url, user: 'admin', pass: secrets.nats.admin, waitOnFirstConnect: true });
  await bootstrapNats({ connection, replicas: 1, ackWaitMs: 30_000, newId: uuidv7 });
  const mongo = mongoUrl(ports.mongod ?? 0);
  return {
    connection,
    mongoUrl: mongo,
    catalogEnv: {
      NATS_URL: url,
      NATS_USER: 'catalog',
      NATS_PASSWORD: secrets.nats.catalog,
      MONGODB_URL: mongo,
      CDN_BASE_URL: 'https://cdn.example/media',
    },
    async stop() {
      await connection.close();
      await supervisor.stop([]);
      await rm(layout.home, { recursive: true, force: true });
    },
  };
}
