import { setTimeout as delay } from 'node:timers/promises';
import { type Db, MongoClient, MongoServerError } from 'mongodb';

export const REPLICA_SET = 'rs0';
/** MongoDB's number for a node without a configuration. */
const NOT_YET_INITIALIZED = 94;

/** Address for clients. Direct, so that it works whatever host name the replica set's configuration remembers. */
export function mongoUrl(port: number): string {
  return `mongodb://127.0.0.1:${port}/?directConnection=true`;
}

/**
 * Waits until mongod takes writes. The first time its replica set of one node is made; when its port has changed since,
 * the set is told, because a node that does not find itself in its configuration serves nobody.
 */
export async function mongoReady(port: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const state = await stateAt(port).catch((error: unknown) => String(error));
    if (state === 'writable') return;
    if (signal.aborted) throw new Error(`mongod takes no writes yet: ${state}`);
    // Aborted, the loop goes round once more to say what was wrong.
    await delay(50, undefined, { signal }).catch(() => undefined);
  }
}

/** With a client of its own: one that could not connect never connects again. */
async function stateAt(port: number): Promise<string> {
  const client = new MongoClient(mongoUrl(port), { serverSelectionTimeoutMS: 500, connectTimeoutMS: 500 });
  try {
    return await stateOf(client.db('admin'), `127.0.0.1:${port}`);
  } finally {
    await client.close();
  }
}

async function stateOf(admin: Db, host: string): Promise<'writable' | 'starting'> {
  const hello = await admin.command({ hello: 1 });
  const config = await replicaSetConfig(admin);
  if (config === null) {
    await admin.command({ replSetInitiate: { _id: REPLICA_SET, members: [{ _id: 0, host }] } });
  } else if (config.members[0]?.host !== host) {
    const moved = { ...config, version: config.version + 1, members: [{ ...config.members[0], _id: 0, host }] };
    await admin.command({ replSetReconfig: moved, force: true });
  }
  return hello.isWritablePrimary === true ? 'writable' : 'starting';
}

interface ReplicaSetConfig {
  version: number;
  members: { host: string }[];
}

async function replicaSetConfig(admin: Db): Promise<ReplicaSetConfig | null> {
  try {
    return (await admin.command({ replSetGetConfig: 1 })).config as ReplicaSetConfig;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === NOT_YET_INITIALIZED) return null;
    throw error;
  }
}
