import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, parseEnv } from 'node:util';
import { connectBus } from '@rushes/shared/bus';
import { createLog } from '@rushes/shared/log';
import { ConfigError, createLogger } from '@rushes/shared/service';
import { MongoError } from 'mongodb';
import { Refused, type ReplaceDeps } from './build.ts';
import { type CatalogConfig, parseCatalogConfig } from './config.ts';
import { openDatabase } from './database.ts';
import { readFoldVersion } from './fold-version.ts';
import { WrongLog } from './log-end.ts';
import { replaceReadModel } from './replace.ts';
import { rollBack } from './roll-back.ts';

const USAGE = `npm run rebuild [-- options]
Makes the read model anew from the event log while the old one serves, compares the two and switches.
May be stopped at any time; the next run goes on.

  --compare    compare only, switch nothing
  --force      switch even when the two differ though they should not
  --rollback   let what served before the last switch serve again
  --help

Reads NATS_URL, MONGODB_URL, CDN_BASE_URL … as the catalog does; what the environment does not set comes from
RUSHES_HOME/config/catalog.env, which npm start writes.`;

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** The command takes over a lease of that length from one who died. */
const LEASE_MS = 10_000;
const CONNECT_MS = 5_000;

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** The exit code: 0 as asked for, 1 not. */
async function main(args: string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.help) {
    say(USAGE);
    return 0;
  }
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => stopping.abort(new Refused('stopped; the next run goes on from here')));
  }
  return withServers(readConfig(process.env), stopping.signal, async (deps) => {
    if (!options.rollback) return (await replaceReadModel(deps, options)) ? 0 : 1;
    await rollBack(deps);
    return 0;
  });
}

function parseOptions(args: string[]) {
  const boolean = { type: 'boolean', default: false } as const;
  const { compare, ...rest } = parseArgs({
    args,
    options: { compare: boolean, force: boolean, rollback: boolean, help: boolean },
  }).values;
  if (rest.rollback && (compare || rest.force)) throw new Refused('--rollback goes with no other option');
  return { ...rest, compareOnly: compare };
}

/** Throws Refused where nothing says what to connect to, ConfigError where something is wrong. */
function readConfig(env: NodeJS.ProcessEnv): CatalogConfig {
  const file = join(resolve(env.RUSHES_HOME || join(ROOT, '.rushes')), 'config/catalog.env');
  if (!existsSync(file) && !(env.NATS_URL && env.MONGODB_URL)) {
    throw new Refused(`neither ${file} is there nor are NATS_URL and MONGODB_URL set: is Rushes running (npm start)?`);
  }
  const written = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  return parseCatalogConfig({ ...written, ...set });
}

async function withServers(
  config: CatalogConfig,
  signal: AbortSignal,
  work: (deps: ReplaceDeps) => Promise<number>,
): Promise<number> {
  const log = createLogger('rebuild', 'error');
  const bus = { service: 'catalog', url: config.NATS_URL, user: config.NATS_USER, password: config.NATS_PASSWORD };
  const connecting = connectBus({ ...bus, credentials: config.NATS_CREDS }, log);
  const connection = await inTime(connecting, `NATS at ${config.NATS_URL} does not answer: is Rushes running?`);
  const database = openDatabase(config.MONGODB_URL);
  try {
    await database.db.command({ ping: 1 });
    const manager = await connection.jetstreamManager({ checkAPI: false });
    const client = connection.jetstream();
    const now = () => new Date();
    return await work({
      database,
      eventLog: createLog({ connection, client, manager, service: 'catalog', now, log }),
      manager,
      kv: await client.views.kv('CLAIMS', { bindOnly: true }),
      worker: `rebuild-${hostname()}-${process.pid}`,
      leaseMs: Math.min(LEASE_MS, config.ACK_WAIT),
      cdnBaseUrl: config.CDN_BASE_URL,
      foldVersion: await readFoldVersion(),
      now,
      log,
      say,
      signal,
    });
  } finally {
    await database.close();
    await connection.close();
  }
}

/** A connection waits for its server for ever; a person does not. */
async function inTime<T>(work: Promise<T>, late: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Refused(late)), CONNECT_MS);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a person can do something about is said in one line; the rest is a fault of ours, with its stack. */
function describe(error: unknown): string {
  if (error instanceof MongoError) return `MongoDB does not do as it should: ${error.message}`;
  const expected = error instanceof Refused || error instanceof ConfigError || error instanceof WrongLog;
  if (expected || (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))) {
    return `${error.message}`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`rebuild: ${describe(error)}\n`);
  process.exitCode = 1;
}
// A connection that never came would keep the process.
process.exit();
