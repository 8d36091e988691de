import { MongoClient, MongoServerError } from 'mongodb';

/** MongoDB's number for a node without a configuration. */
const NOT_YET_INITIALIZED = 94;
const TIMEOUT_MS = 2_000;

export interface ReplicaSetOptions {
  /** Of one node, with `directConnection=true`: a set without members is found by nobody else. */
  url: string;
  name: string;
}

/**
 * Makes a mongod the first member of its replica set, under the host name of the address. One that is in a set already is left as
 * it is. Returns whether it was made; throws while the node takes no writes.
 */
export async function ensureReplicaSet({ url, name }: ReplicaSetOptions): Promise<boolean> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: TIMEOUT_MS, connectTimeoutMS: TIMEOUT_MS });
  try {
    const admin = client.db('admin');
    const made = await admin.command({ replSetGetConfig: 1 }).then(
      () => false,
      async (error: unknown) => {
        if (!(error instanceof MongoServerError) || error.code !== NOT_YET_INITIALIZED) throw error;
        const [host] = client.options.hosts;
        if (host === undefined) throw new Error('MONGODB_URL names no host.');
        await admin.command({ replSetInitiate: { _id: name, members: [{ _id: 0, host: host.toString() }] } });
        return true;
      },
    );
    const { isWritablePrimary } = await admin.command({ hello: 1 });
    if (isWritablePrimary !== true) throw new Error('it is not the primary of its replica set yet');
    return made;
  } finally {
    await client.close();
  }
}
