import { randomBytes } from 'node:crypto';
import { wait } from '@rushes/shared/bus';
import { ProblemError } from '@rushes/shared/http';
import { type Collection, type Db, MongoClient, MongoError, MongoServerError } from 'mongodb';
import type { Quarantined } from './core/batch.ts';
import type { VideoDocument } from './core/document.ts';

/** How far a collection of videos has come. It moves after the documents, so they hold at least what it says. */
export interface Checkpoint {
  /**
   * `videos`: the one that is served, and this one document says so. `videos.previous`: what was served before, to go back
   * to. `videos.next`, `videos.rebuild`: one that is being built, by the catalog itself or by the command.
   */
  _id: 'videos' | 'videos.previous' | 'videos.next' | 'videos.rebuild';
  /** Last sequence of the log that is in the documents. */
  sequence: number;
  /** Which log that was: sequences of another one mean nothing. */
  logId: string;
  cdnBaseUrl: string;
  /** Where the documents are. */
  collection: string;
  /** Where the log ended when the building began: until there the read model is known to be incomplete. */
  target: number;
  /** Which source made the documents; `mixed` when several did. Absent: made before anybody kept it. */
  foldVersion?: string;
}

export interface Database {
  client: MongoClient;
  videos(collection: string): Collection<VideoDocument>;
  checkpoints: Collection<Checkpoint>;
  /** `<logId>:<sequence>`: what does not parse, until somebody looks at it. */
  quarantine: Collection<{ _id: string } & Quarantined>;
  meta: Collection<{ _id: 'cursor'; key: string }>;
  db: Db;
  close(): Promise<void>;
}

const DEFAULT_NAME = 'rushes';
/** A read that finds no server is answered 503 after this. */
const SELECT_MS = 1_500;
/** A server that does not answer any more (paused, cut off) counts as lost after this. */
const SILENT_MS = 15_000;
const CONNECT_AGAIN_MS = 250;

/** Connects in the background and again and again: what is asked for meanwhile fails, and may be tried again. */
export function openDatabase(url: string): Database {
  const client = new MongoClient(url, {
    appName: 'rushes-catalog',
    serverSelectionTimeoutMS: SELECT_MS,
    connectTimeoutMS: SELECT_MS,
    socketTimeoutMS: SILENT_MS,
    ignoreUndefined: true,
    // What the checkpoint says must survive the loss of a primary, and so must the documents before it.
    writeConcern: { w: 'majority' },
  });
  const closing = new AbortController();
  void connectOnce(client, closing.signal);
  const db = client.db(/^[^:]+:\/\/[^/]+\/[^?]/.test(url) ? undefined : DEFAULT_NAME);
  return {
    client,
    db,
    videos: (collection) => db.collection(collection),
    checkpoints: db.collection('checkpoints'),
    quarantine: db.collection('quarantine'),
    meta: db.collection('meta'),
    close() {
      closing.abort();
      return client.close();
    },
  };
}

/**
 * The driver connects again by itself only when it was connected before. A first attempt that finds nobody leaves a closed
 * topology behind, on which everything fails until `connect` makes another.
 */
async function connectOnce(client: MongoClient, closing: AbortSignal): Promise<void> {
  while (!closing.aborted) {
    try {
      await client.connect();
      return;
    } catch {
      // What is asked for meanwhile fails, and says why.
      await wait(CONNECT_AGAIN_MS, closing);
    }
  }
}

/** The key that signs cursors: random, one for each database, so that all replicas have the same. */
export async function cursorKey({ meta }: Pick<Database, 'meta'>): Promise<Buffer> {
  for (;;) {
    const stored = await meta.findOne({ _id: 'cursor' });
    if (stored !== null) return Buffer.from(stored.key, 'base64');
    try {
      await meta.insertOne({ _id: 'cursor', key: randomBytes(32).toString('base64') });
    } catch (error) {
      // Another replica made it in the same moment: the next look finds it.
      if (!isDuplicateKey(error)) throw error;
    }
  }
}

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 11_000;
}

/** What a client is told when the database does not answer; the log gets the cause. */
export function asUnavailable(error: unknown): unknown {
  if (!(error instanceof MongoError)) return error;
  return new ProblemError('unavailable', 'The database of the read model does not answer. Try again.', {
    cause: error,
  });
}
