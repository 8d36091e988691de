import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLog, type Log } from '@rushes/shared/log';
import { createLogger } from '@rushes/shared/service';
import { a, VIDEO_ID } from '@rushes/shared/testing';
import type { NatsConnection } from 'nats';
import { v7 as uuidv7 } from 'uuid';
import { mongoReady, mongoUrl } from '../../infra/embedded/mongo.ts';
import { findTools } from '../../infra/embedded/tools.ts';
import { bootstrapNats } from '../../infra/nats/index.ts';
import { freePort } from '../../infra/testing/free-port.ts';
import { startNats, type TestNats } from '../../infra/testing/nats.ts';
import { type Database, openDatabase } from '../../services/catalog/src/database.ts';
import { call, until } from '../setup/client.ts';

const CATALOG = fileURLToPath(new URL('../../services/catalog', import.meta.url));
/** Short, so that another replica takes over soon after one was killed. */
const ACK_WAIT = '2s';
const START_MS = 30_000;

/** Servers, the log as `admin` sees it, and a look into the database. */
export interface World {
  nats: TestNats;
  mongo: Mongo;
  connection: NatsConnection;
  eventLog: Log;
  database: Database;
  stop(): Promise<void>;
}

interface Mongo {
  url: string;
  start(): Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const [nats, mongo] = await Promise.all([startNats(), createMongo()]);
  await mongo.start();
  const connection = await nats.connectAs('admin');
  await bootstrapNats({ connection, replicas: 1, ackWaitMs: 2_000, newId: uuidv7 });
  const manager = await connection.jetstreamManager();
  const log = createLogger('test', 'silent');
  const now = () => new Date();
  const client = connection.jetstream();
  const database = openDatabase(mongo.url);
  return {
    nats,
    mongo,
    connection,
    eventLog: createLog({ connection, client, manager, service: 'test', now, log }),
    database,
    async stop() {
      await database.client.close();
      await nats.stop();
      await mongo.stop();
    },
  };
}

/** A mongod that can be killed and started again on the same port and data. */
async function createMongo(): Promise<Mongo> {
  const dir = await mkdtemp(join(tmpdir(), 'rushes-mongo-'));
  const port = await freePort();
  const args = ['--dbpath', dir, '--port', String(port), '--bind_ip', '127.0.0.1', '--replSet', 'rs0', '--quiet'];
  let server: ChildProcess | undefined;
  const kill = async () => {
    await killed(server);
    server = undefined;
  };
  return {
    url: mongoUrl(port),
    kill,
    async start() {
      server = spawn(findTools(process.env).mongod, args, { stdio: 'ignore' });
      await mongoReady(port, AbortSignal.timeout(START_MS));
    },
    async stop() {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;

async function killed(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || hasEnded(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

export interface Catalog {
  origin: string;
  /** kill -9 */
  kill(): Promise<void>;
  /** SIGTERM; the exit code, null where it was killed before. */
  stop(): Promise<number | null>;
}

/** A replica of the catalog as a process of its own, listening. */
export async function startCatalog(world: World, env: Record<string, string> = {}): Promise<Catalog> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: CATALOG,
    stdio: 'ignore',
    env: {
      NATS_URL: world.nats.url,
      NATS_USER: 'catalog',
      NATS_PASSWORD: world.nats.passwords.catalog,
      MONGODB_URL: world.mongo.url,
      CDN_BASE_URL: 'https://cdn.example/media',
      PORT: String(port),
      ACK_WAIT,
      ...env,
    },
  });
  await until(
    'the catalog to listen',
    () => fetch(`${origin}/livez`).catch((error: unknown) => ({ ok: false, status: `${error} ${child.exitCode}` })),
    ({ ok }) => ok,
  );
  return {
    origin,
    kill: () => killed(child),
    async stop() {
      if (hasEnded(child)) return child.exitCode;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      return child.exitCode;
    },
  };
}

export const untilReady = (catalog: Catalog) =>
  until(
    'the catalog to be ready',
    () => call(catalog, 'GET', '/readyz'),
    ({ status }) => status === 200,
  );

/** The sample data of an event, with another video's id in its keys. */
function dataFor<T>(event: { data: T }, videoId: string): T {
  return JSON.parse(JSON.stringify(event.data).replaceAll(VIDEO_ID, videoId)) as T;
}

export interface Appended {
  id: string;
  lastSequence: number;
}

/** A video as it is registered. */
export async function request(eventLog: Log, more: Parameters<typeof a.requested>[0] = {}): Promise<Appended> {
  const id = uuidv7();
  const done = await eventLog.execute(id, { type: 'request', data: dataFor(a.requested(more), id) });
  return { id, lastSequence: done.lastSequence };
}

/** The whole life of a video up to `ready`: six events. */
export async function makeReady(eventLog: Log, more: Parameters<typeof a.requested>[0] = {}): Promise<Appended> {
  const { id } = await request(eventLog, more);
  await eventLog.execute(id, { type: 'recordUpload', object: dataFor(a.uploaded(), id) });
  let lastSequence = 0;
  for (const result of [
    { verb: 'inspected', data: dataFor(a.inspected(), id) },
    { verb: 'transcoded', data: dataFor(a.transcoded(), id) },
    { verb: 'thumbnailed', data: dataFor(a.thumbnailed(), id) },
    { verb: 'packaged', data: dataFor(a.packaged(), id) },
  ] as const) {
    const done = await eventLog.execute(id, { type: 'recordResult', generation: 1, result });
    if (done.kind !== 'appended') throw new Error(`${result.verb} of ${id}: ${JSON.stringify(done)}`);
    lastSequence = done.lastSequence;
  }
  return { id, lastSequence };
}

/** Stores a message as it is, whatever it holds; its sequence. */
export async function appendRaw(world: World, subject: string, body: string): Promise<number> {
  const { seq } = await world.connection.jetstream().publish(subject, new TextEncoder().encode(body));
  return seq;
}
