import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { natsServerConfig } from '../nats/index.ts';
import { seaweedNotification } from '../storage/announcements.ts';
import { seaweedIdentities } from '../storage/identities.ts';
import { type Layout, writePrivateFile } from './files.ts';
import { mongoReady, REPLICA_SET } from './mongo.ts';
import type { ProcessSpec } from './processes.ts';
import type { Secrets } from './secrets.ts';
import type { Tools } from './tools.ts';

export interface ServerDeps {
  layout: Layout;
  tools: Tools;
  secrets: Secrets;
  ports: Record<string, number>;
  region: string;
  /** The environment of the servers: nothing in it that is meant for services. */
  env: NodeJS.ProcessEnv;
}

/** The servers' stop may take this long each, after the services have stopped. */
const GRACE_MS = 4_000;

export function portOf(ports: Record<string, number>, name: string): number {
  const port = ports[name];
  if (port === undefined) throw new Error(`No port was chosen for ${name}.`);
  return port;
}

export function natsSpec({ layout, tools, secrets, ports, env }: ServerDeps): ProcessSpec {
  const config = join(layout.config, 'nats.conf');
  const port = portOf(ports, 'nats');
  const storeDir = join(layout.data, 'nats');
  const options = { host: '127.0.0.1', port, storeDir, serverName: 'rushes', passwords: secrets.nats };
  writePrivateFile(config, natsServerConfig(options));
  return {
    name: 'nats',
    command: tools.natsServer,
    args: ['-c', config],
    cwd: layout.config,
    env,
    // The bootstrap waits for JetStream itself.
    ready: (signal) => listens(port, signal),
    graceMs: GRACE_MS,
  };
}

export function mongoSpec({ layout, tools, ports, env }: ServerDeps): ProcessSpec {
  const port = portOf(ports, 'mongod');
  const dbpath = join(layout.data, 'mongo');
  mkdirSync(dbpath, { recursive: true, mode: 0o700 });
  return {
    name: 'mongod',
    command: tools.mongod,
    args: [
      ...['--dbpath', dbpath, '--bind_ip', '127.0.0.1', '--port', String(port), '--nounixsocket', '--quiet'],
      ...['--replSet', REPLICA_SET, '--oplogSize', '64', '--wiredTigerCacheSizeGB', '0.25'],
      // At SIGTERM a node of a set waits 15 s for others to take over; here there are none.
      ...['--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=100'],
      ...['--setParameter', 'diagnosticDataCollectionEnabled=false'],
    ],
    cwd: dbpath,
    env,
    ready: (signal) => mongoReady(port, signal),
    graceMs: GRACE_MS,
  };
}

/** SeaweedFS has many parts, each with a port and its gRPC twin; a twin that is not named lies 10,000 above. */
export const SEAWEED_PORTS = [
  's3.grpc',
  'master',
  'master.grpc',
  'volume',
  'volume.grpc',
  'filer',
  'filer.grpc',
] as const;

export function seaweedSpec({ layout, tools, secrets, ports, env }: ServerDeps): ProcessSpec {
  const cwd = join(layout.config, 'seaweed');
  const dir = join(layout.data, 's3');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writePrivateFile(join(cwd, 's3.json'), seaweedIdentities(secrets.s3));
  writePrivateFile(join(cwd, 'security.toml'), seaweedSecurity(secrets));
  const notifierUrl = `http://127.0.0.1:${portOf(ports, 'notifier')}/`;
  writePrivateFile(join(cwd, 'notification.toml'), seaweedNotification(notifierUrl, secrets.notifierToken));
  const s3Port = portOf(ports, 's3');
  const twin = (name: string) => portOf(ports, name);
  return {
    name: 's3',
    command: tools.weed,
    args: [
      ...['-logtostderr=true', 'server', `-dir=${dir}`, '-ip=127.0.0.1', '-ip.bind=127.0.0.1'],
      ...[`-master.port=${twin('master')}`, `-master.port.grpc=${twin('master.grpc')}`, '-master.telemetry=false'],
      // The default of 10 s is what a restart would wait for the election of its only master.
      '-master.electionTimeout=1s',
      // Volumes grow as needed. Without a number the free space would be divided, and a small disk gives no second bucket any.
      ...['-master.volumeSizeLimitMB=1024', '-volume.max=10000', '-volume.minFreeSpace=500MiB'],
      ...[`-volume.port=${twin('volume')}`, `-volume.port.grpc=${twin('volume.grpc')}`, '-volume.preStopSeconds=0'],
      ...['-filer', `-filer.port=${twin('filer')}`, `-filer.port.grpc=${twin('filer.grpc')}`],
      ...['-s3', `-s3.port=${s3Port}`, `-s3.port.grpc=${twin('s3.grpc')}`, '-s3.config=s3.json'],
      ...['-s3.iam=false', '-s3.port.iceberg=0', '-s3.port.lance=0', '-s3.autoCreateBucket=false'],
      // Relative to its folder: the path of a socket has a limit of about 100 characters.
      ...['-filer.localSocket=filer.sock', '-s3.localSocket=s3.sock'],
    ],
    cwd,
    env,
    ready: (signal) => answers(`http://127.0.0.1:${s3Port}/`, signal),
    // Its filer always waits 15 s for streams of its own process. Files are written at once, so killing it loses nothing.
    graceMs: 1_500,
    afterExit: () => removeSeaweedSockets(ports),
  };
}

/** SeaweedFS makes these in the folder for temporary files, and leaves them when killed. */
function removeSeaweedSockets(ports: Record<string, number>): void {
  for (const part of ['s3', 'master', 'volume', 'filer']) {
    rmSync(join(tmpdir(), `seaweedfs-${part}-grpc-${portOf(ports, `${part}.grpc`)}.sock`), { force: true });
  }
}

/** Its parts take orders from each other only when signed, so that the S3 port is the only way to an object. */
function seaweedSecurity({ seaweed }: Secrets): string {
  return [
    ['jwt.signing', seaweed.write],
    ['jwt.signing.read', seaweed.read],
    ['jwt.filer_signing', seaweed.filerWrite],
    ['jwt.filer_signing.read', seaweed.filerRead],
  ]
    .map(([section, key]) => `[${section}]\nkey = "${key}"\n`)
    .join('');
}

/** Ready when something listens on the port. */
export async function listens(port: number, signal: AbortSignal): Promise<void> {
  const { isPortFree } = await import('./ports.ts');
  while (await isPortFree(port)) await delay(30, undefined, { signal });
}

/** Ready when the address answers anything at all; with `wanted`, when it answers this status. */
export async function answers(url: string, signal: AbortSignal, wanted?: number): Promise<void> {
  for (;;) {
    const status = await fetch(url, { signal }).then(
      async (response) => {
        await response.body?.cancel();
        return response.status;
      },
      () => undefined,
    );
    signal.throwIfAborted();
    if (status !== undefined && (wanted === undefined || status === wanted)) return;
    await delay(50, undefined, { signal });
  }
}
