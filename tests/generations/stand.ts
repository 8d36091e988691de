import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { S3Client } from '@aws-sdk/client-s3';
import { type Endpoints, findTools, startPlatform } from '@rushes/infra/testing';
import { createLog, type Log } from '@rushes/shared/log';
import { createLogger } from '@rushes/shared/service';
import type { Step } from '@rushes/shared/stage';
import { createStorage, type Storage } from '@rushes/shared/storage';
import { makeClip } from '@rushes/shared/testing';
import { connect, type NatsConnection } from 'nats';
import { type Api, until } from '../setup/client.ts';

const STAGES = ['transcoder', 'thumbnailer', 'packager'] as const;
export type Stage = (typeof STAGES)[number];

/** A whole Rushes whose stages a test starts and stops itself. */
export interface Stand {
  api: Api;
  endpoints: Endpoints;
  /** Two seconds of 320×180 with sound. */
  clip: string;
  /** The store, with all rights. */
  storage: Storage;
  /** A folder of the test's own. */
  folder: string;
  start(stage: Stage, env?: Record<string, string>): void;
  stop(stage: Stage): Promise<void>;
  /** Starts a stage that stands still at a step; it is stopped as any other. */
  startHeld(stage: Stage, step: Step): Held;
  /** Keys of the media bucket under a prefix. */
  media(prefix: string): Promise<string[]>;
  /** Waits until a stage has worked off all that it was asked for. */
  untilIdle(stage: Stage): Promise<void>;
  /** The log, written with the rights of a stage. */
  logAs(stage: Stage): Promise<Log>;
  end(): Promise<void>;
}

export interface Held {
  /** Resolves when the step is reached. */
  reached: Promise<void>;
  goOn(): void;
  /** As by `kill -9`. */
  kill(): Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const heldStage = fileURLToPath(new URL('../faults/setup/run-service.ts', import.meta.url));

/** Starts it with leases of two seconds and every stage running. */
export async function startStand(env: Record<string, string> = {}): Promise<Stand> {
  const folder = await mkdtemp(join(tmpdir(), 'rushes-generations-'));
  const args = ['--without', STAGES.join(',')];
  const platform = await startPlatform({ home: folder, env: { ACK_WAIT: '2s', ...env }, args });
  const { endpoints } = platform;
  const envFile = (stage: Stage) => join(folder, 'config', `${stage}.env`);
  const processes = stageProcesses(envFile);
  const users = stageUsers(endpoints.nats.url, envFile);
  const storage = createStorage(adminClient(endpoints));
  for (const stage of STAGES) processes.start(stage);
  const shape = { seconds: 2, width: 320, height: 180, rate: '30', audio: true };
  return {
    api: { origin: endpoints.origin },
    endpoints,
    clip: await makeClip(findTools(process.env).ffmpeg, folder, { name: 'clip.mp4', ...shape }),
    storage,
    folder,
    ...processes,
    media: (prefix) => keysUnder(storage, endpoints.s3.mediaBucket, prefix),
    untilIdle: users.untilIdle,
    logAs: users.logAs,
    async end() {
      await Promise.all(STAGES.map(processes.stop));
      await users.close();
      await platform.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Keys of a bucket under a prefix. */
export async function keysUnder(storage: Storage, bucket: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of storage.list(bucket, prefix)) keys.push(key);
  return keys;
}

function stageProcesses(envFile: (stage: Stage) => string): Pick<Stand, 'start' | 'stop' | 'startHeld'> {
  const running = new Map<Stage, ChildProcess>();
  const launch = (stage: Stage, words: string[], more: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [`--env-file=${envFile(stage)}`, ...words], {
      // What is set already wins over the file.
      env: { ...process.env, ...more },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    running.set(stage, child);
    return child;
  };
  return {
    start: (stage, env) => void launch(stage, [join(root, `services/${stage}/src/main.ts`)], env),
    async stop(stage) {
      const child = running.get(stage);
      running.delete(stage);
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
    startHeld(stage, step) {
      const child = launch(stage, [heldStage, stage, step]);
      return {
        reached: once(child, 'message').then(() => undefined),
        goOn: () => void child.send('go on'),
        async kill() {
          const exited = once(child, 'exit');
          child.kill('SIGKILL');
          await exited;
        },
      };
    },
  };
}

/** Connections with the rights of the stages, each made when it is first needed. */
function stageUsers(url: string, envFile: (stage: Stage) => string) {
  const connections = new Map<Stage, Promise<NatsConnection>>();
  const connectionAs = (stage: Stage) => {
    const connection = connections.get(stage) ?? connectAs(stage, url, envFile(stage));
    connections.set(stage, connection);
    return connection;
  };
  return {
    async untilIdle(stage: Stage): Promise<void> {
      const manager = await (await connectionAs(stage)).jetstreamManager({ checkAPI: false });
      await until(
        `the ${stage} to be idle`,
        () => manager.consumers.info('VIDEO', stage),
        ({ num_pending, num_ack_pending }) => num_pending === 0 && num_ack_pending === 0,
        20,
      );
    },
    async logAs(stage: Stage): Promise<Log> {
      const connection = await connectionAs(stage);
      const client = connection.jetstream();
      const manager = await connection.jetstreamManager({ checkAPI: false });
      const log = createLogger('tests', 'silent');
      return createLog({ connection, client, manager, service: stage, now: () => new Date(), log });
    },
    async close(): Promise<void> {
      for (const connection of connections.values()) await (await connection).close();
    },
  };
}

async function connectAs(stage: Stage, url: string, envFile: string): Promise<NatsConnection> {
  const { NATS_USER, NATS_PASSWORD } = parseEnv(await readFile(envFile, 'utf8'));
  if (NATS_USER === undefined || NATS_PASSWORD === undefined) throw new Error(`${envFile} names no user of NATS`);
  return connect({ servers: url, user: NATS_USER, pass: NATS_PASSWORD, inboxPrefix: `_INBOX_${stage}` });
}

function adminClient({ s3 }: Endpoints): S3Client {
  const { endpoint, region, accessKeyId, secretAccessKey } = s3;
  return new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
}
