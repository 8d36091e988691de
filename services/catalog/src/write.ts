import { type AnyBulkWriteOperation, MongoBulkWriteError } from 'mongodb';
import { beginningIn, foldBatch, type LogMessage, quarantineOf, videoIdOf, type Write } from './core/batch.ts';
import { type Identity, type Known, knownOf, type VideoDocument } from './core/document.ts';
import { type Checkpoint, type Database, isDuplicateKey } from './database.ts';
import type { Logger } from './ports.ts';

/** The checkpoint is not where this projection left it: another one is at work, or the database was replaced. */
export class CheckpointMoved extends Error {
  override readonly name = 'CheckpointMoved';
}

export interface WriteDeps {
  database: Database;
  log: Logger;
  recent: Recent;
}

/**
 * The videos that were written last, so that most batches need not read them. Only a hint: what is written is held against
 * the document in the database in any case.
 */
export type Recent = Map<string, Known>;
const MAX_RECENT = 2_000;

/**
 * Writes what a batch of messages means: first the documents, each only where it is as it was read, then the checkpoint.
 * Stopping between any two of these writes is made good by doing the batch again.
 * @returns the checkpoint as it is now
 */
export async function writeBatch(
  deps: WriteDeps,
  checkpoint: Checkpoint,
  messages: readonly LogMessage[],
  signal: AbortSignal,
): Promise<Checkpoint> {
  const last = messages.at(-1);
  if (last === undefined) return checkpoint;
  await writeQuarantine(deps, checkpoint.logId, messages);
  const ids = [...new Set(messages.map(videoIdOf))];
  for (let guessing = true; ; guessing = false) {
    const known = await knownOfAll(deps, checkpoint.collection, ids, guessing ? beginningIn(messages) : new Set());
    const writes = foldBatch(messages, known, checkpoint.cdnBaseUrl);
    const written = await writeDocuments(deps.database, checkpoint.collection, writes);
    remember(deps.recent, ids, written ? writes : []);
    if (written) break;
    deps.log.info({ sequence: last.sequence }, 'some documents are not as they were known; reading them again');
    signal.throwIfAborted();
  }
  return moveCheckpoint(deps.database, checkpoint, last.sequence);
}

/** @param unread videos of which there is no document, as far as one can guess: held against the database as all is */
async function knownOfAll(
  { database, recent }: WriteDeps,
  collection: string,
  ids: string[],
  unread: ReadonlySet<string>,
): Promise<Recent> {
  const missing = ids.filter((id) => !recent.has(id) && !unread.has(id));
  const known = missing.length === 0 ? new Map<string, Known>() : await readKnown(database, collection, missing);
  for (const id of ids) {
    const one = recent.get(id);
    if (one !== undefined) known.set(id, one);
  }
  return known;
}

/** Forgets what a batch was about and keeps what was written of it, at the end; the oldest go. */
function remember(recent: Recent, ids: readonly string[], writes: readonly Write[]): void {
  for (const id of ids) recent.delete(id);
  for (const { document, state } of writes) {
    const { _id, lastSeq, revision = 0 } = document;
    recent.set(_id, { lastSeq, revision, state });
  }
  for (const id of recent.keys()) {
    if (recent.size <= MAX_RECENT) break;
    recent.delete(id);
  }
}

async function readKnown(database: Database, collection: string, ids: string[]): Promise<Map<string, Known>> {
  const found = database
    .videos(collection)
    .find({ _id: { $in: ids } }, { projection: { lastSeq: 1, revision: 1, state: 1 }, batchSize: ids.length });
  const known = new Map<string, Known>();
  for await (const document of found) known.set(document._id, knownOf(document));
  return known;
}

/** Documents of one request: the server begins to write them while the next ones are being put together. */
const CHUNK = 100;

/** Whether every document was as expected. Those that were are written in any case. */
async function writeDocuments(database: Database, collection: string, writes: readonly Write[]): Promise<boolean> {
  const chunks: Promise<boolean>[] = [];
  for (let start = 0; start < writes.length; start += CHUNK) {
    chunks.push(writeChunk(database, collection, writes.slice(start, start + CHUNK)));
  }
  // All of them: what is still under way must not meet the same documents again.
  const results = await Promise.allSettled(chunks);
  return results.every((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

async function writeChunk(database: Database, collection: string, writes: readonly Write[]): Promise<boolean> {
  try {
    const result = await database.videos(collection).bulkWrite(writes.map(operationOf), { ordered: false });
    return result.insertedCount + result.matchedCount === writes.length;
  } catch (error) {
    if (error instanceof MongoBulkWriteError && isDuplicateKey(error)) return false;
    throw error;
  }
}

function operationOf({ expected, document }: Write): AnyBulkWriteOperation<VideoDocument> {
  if (expected.lastSeq === 0) return { insertOne: { document } };
  return { replaceOne: { filter: identityFilter(document._id, expected), replacement: document } };
}

/** The document of a video while it is as it was read. */
export function identityFilter(_id: string, { lastSeq, revision }: Identity) {
  return { _id, lastSeq, revision: revision === 0 ? { $exists: false } : revision };
}

async function moveCheckpoint(database: Database, checkpoint: Checkpoint, sequence: number): Promise<Checkpoint> {
  const { _id, collection } = checkpoint;
  const moved = await database.checkpoints.updateOne(
    { _id, collection, sequence: checkpoint.sequence },
    { $set: { sequence } },
  );
  if (moved.matchedCount === 0) {
    throw new CheckpointMoved(`the checkpoint ${_id} is not at ${checkpoint.sequence} of ${collection} any more`);
  }
  return { ...checkpoint, sequence };
}

/** Said once: a message that is in quarantine already is met again by every rebuild. */
async function writeQuarantine(
  { database, log }: WriteDeps,
  logId: string,
  messages: readonly LogMessage[],
): Promise<void> {
  for (const quarantined of quarantineOf(messages)) {
    const { sequence, subject, problems } = quarantined;
    const { upsertedCount } = await database.quarantine.updateOne(
      { _id: `${logId}:${sequence}` },
      { $setOnInsert: quarantined },
      { upsert: true },
    );
    if (upsertedCount > 0) log.error({ sequence, subject, problems }, 'an event does not parse; put into quarantine');
  }
}
