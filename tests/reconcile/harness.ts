import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv, promisify } from 'node:util';
import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Endpoints, startPlatform } from '@rushes/infra/testing';
import { connect, type KV, type NatsConnection, StringCodec } from 'nats';
import { type Api, type Created, call, getEvents, until } from '../setup/client.ts';

const run = promisify(execFile);

/** A whole Rushes whose ingest is a process of the test: with a queue or without, stopped and started at will. */
export interface World {
  api: Api;
  endpoints: Endpoints;
  /** As `admin`. */
  nats: NatsConnection;
  index: KV;
  s3: S3Client;
  startService(name: string, change?: Record<string, string>): Promise<ServiceProcess>;
  /** The ingest's part of `npm run repair`; what it says. */
  repair(): Promise<string>;
  stop(): Promise<void>;
}

export interface ServiceProcess {
  origin: string;
  output(): string;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

export async function startWorld(without: readonly string[], env: Record<string, string>): Promise<World> {
  const home = await mkdtemp(join(tmpdir(), 'rushes-reconcile-'));
  const platform = await startPlatform({
    home,
    env: { ACK_WAIT: '2s', ...env },
    args: ['--without', without.join(',')],
  });
  const { endpoints } = platform;
  const environmentOf = async (name: string) => parseEnv(await readFile(join(home, 'config', `${name}.env`), 'utf8'));
  const admin = await environmentOf('admin');
  const nats = await connect({ servers: admin.NATS_URL ?? '', user: admin.NATS_USER, pass: admin.NATS_PASSWORD });
  const { endpoint, region, accessKeyId, secretAccessKey } = endpoints.s3;
  const credentials = { accessKeyId, secretAccessKey };
  const children: ChildProcess[] = [];
  return {
    api: { origin: endpoints.origin },
    endpoints,
    nats,
    index: await nats.jetstream().views.kv('OPEN_VIDEOS', { bindOnly: true }),
    s3: new S3Client({
      endpoint,
      region,
      credentials,
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
    }),
    async startService(name, change = {}) {
      const service = await spawnService(name, { ...process.env, ...env, ...(await environmentOf(name)), ...change });
      children.push(service.child);
      return service;
    },
    async repair() {
      const script = fileURLToPath(new URL('src/repair-command.ts', serviceFolder('s3-event-ingest')));
      const ownEnv = { ...process.env, ...(await environmentOf('s3-event-ingest')) };
      const { stdout } = await run(process.execPath, [script], { env: ownEnv });
      // Beside what it says to a person there are log lines, of the objects that it names.
      return stdout.replace(/^\{.*\}\n/gm, '');
    },
    async stop() {
      for (const child of children) await ended(child);
      await nats.close();
      await platform.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

const serviceFolder = (name: string) => new URL(`../../services/${name}/`, import.meta.url);

async function spawnService(name: string, env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: fileURLToPath(serviceFolder(name)),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const origin = `http://127.0.0.1:${env.PORT}`;
  const isReady = async () => {
    if (child.exitCode !== null) throw new Error(`${name} ended:\n${output}`);
    return fetch(`${origin}/readyz`).catch(() => ({ ok: false }));
  };
  await until(`${name} to be ready`, isReady, ({ ok }) => ok);
  return { child, origin, output: () => output, stop: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }
  return child.exitCode;
}

/** A file that is no video: enough to be uploaded, and made nothing of. */
const BODY = 'no video at all';

export async function registerText(api: Api, title: string): Promise<Created> {
  const body = { title, filename: 'text.mp4', contentType: 'video/mp4', size: BODY.length, profile: 'fast' };
  const answer = await call(api, 'POST', '/v1/videos', body);
  if (answer.status !== 201) throw new Error(`registering ${title}: ${answer.status} ${answer.text}`);
  return answer.json as Created;
}

export async function putText({ upload }: Created): Promise<number> {
  const answer = await fetch(upload.url, { method: 'PUT', headers: upload.headers, body: BODY });
  await answer.arrayBuffer();
  return answer.status;
}

/** An object that nobody was asked for. */
export async function putObject({ s3, endpoints }: World, key: string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: endpoints.s3.uploadsBucket, Key: key, Body: BODY }));
}

export async function isStored({ s3, endpoints }: World, key: string): Promise<boolean> {
  try {
    await s3.send(new HeadObjectCommand({ Bucket: endpoints.s3.uploadsBucket, Key: key }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFound') return false;
    throw error;
  }
}

/** `verb` or, for `uploaded`, `uploaded via …`, in the order of the log. */
export async function verbsOf(api: Api, videoId: string): Promise<string[]> {
  return (await getEvents(api, videoId)).map(({ type, data }) =>
    type === 'video.uploaded' ? `uploaded via ${data.via}` : type.slice('video.'.length),
  );
}

export function untilVerb(api: Api, videoId: string, verb: string, seconds = 30): Promise<string[]> {
  return until(
    `${verb} of ${videoId}`,
    () => verbsOf(api, videoId),
    (verbs) => verbs.includes(verb),
    seconds,
  );
}

/** What the index says of a video; null: nothing. */
export async function indexed({ index }: World, videoId: string): Promise<Record<string, unknown> | null> {
  const entry = await index.get(videoId);
  return entry?.operation === 'PUT' ? (JSON.parse(StringCodec().decode(entry.value)) as Record<string, unknown>) : null;
}

export function untilIndexed(world: World, videoId: string, kind: string | null) {
  const what = `the index to say ${kind} of ${videoId}`;
  return until(
    what,
    () => indexed(world, videoId),
    (entry) => (entry?.kind ?? null) === kind,
    30,
  );
}
