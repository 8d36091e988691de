import { type Checkpoint, createVideoCollection, type Database, isDuplicateKey } from './database.ts';
import type { LogEnd } from './log-end.ts';
import type { Logger } from './ports.ts';
import { type ProjectDeps, project } from './project.ts';
import { CheckpointMoved } from './write.ts';

export interface RebuildDeps extends ProjectDeps {
  cdnBaseUrl: string;
  onProgress: (checkpoint: Checkpoint) => void;
}

/** A checkpoint at the beginning of the log, with an empty collection of its own. */
export async function begin(
  deps: { database: Database; cdnBaseUrl: string; log: Logger },
  id: Checkpoint['_id'],
  end: LogEnd,
): Promise<Checkpoint> {
  const collection = await createVideoCollection(deps.database);
  const { logId, lastSequence: target } = end;
  const checkpoint: Checkpoint = { _id: id, sequence: 0, logId, cdnBaseUrl: deps.cdnBaseUrl, collection, target };
  try {
    await deps.database.checkpoints.insertOne(checkpoint);
  } catch (error) {
    if (isDuplicateKey(error)) throw new CheckpointMoved(`another replica made the checkpoint ${id}`);
    throw error;
  }
  deps.log.info({ collection, target }, 'building the read model from the beginning of the log');
  return checkpoint;
}

/**
 * Makes a new collection from the beginning of the log while the old one is kept up to date and serves; then one write
 * switches from the old to the new. The old one stays until the next rebuild, to go back to.
 * @returns the new checkpoint; null when the signal aborted before it was there
 */
export async function rebuild(
  deps: RebuildDeps,
  serving: Checkpoint,
  end: LogEnd,
  signal: AbortSignal,
): Promise<Checkpoint | null> {
  const start = await resumeOrBegin(deps, serving, end);
  const [failed, serveNoMore] = [new AbortController(), new AbortController()];
  const together = AbortSignal.any([signal, failed.signal]);
  let reached = serving.sequence;
  const onProgress = (checkpoint: Checkpoint) => {
    reached = checkpoint.sequence;
    deps.onProgress(checkpoint);
  };
  const keepServing = project(deps, serving, { signal: AbortSignal.any([together, serveNoMore.signal]), onProgress });
  // Whichever of the two fails ends the other; its failure is met below.
  keepServing.catch((error: unknown) => failed.abort(error));
  const build = (from: Checkpoint) =>
    project(deps, from, { signal: together, enough: (sequence) => sequence >= reached, onProgress: () => undefined });
  try {
    const almost = await build(start);
    serveNoMore.abort();
    await keepServing;
    // What the old one got between the two lines above.
    const next = await build(almost);
    return signal.aborted ? null : await switchTo(deps, next);
  } finally {
    failed.abort();
    await keepServing.catch(() => undefined);
  }
}

async function resumeOrBegin(deps: RebuildDeps, serving: Checkpoint, end: LogEnd): Promise<Checkpoint> {
  const unfinished = await deps.database.checkpoints.findOne({ _id: 'videos.next' });
  if (unfinished?.cdnBaseUrl === deps.cdnBaseUrl && unfinished.logId === end.logId) {
    deps.log.info({ collection: unfinished.collection, sequence: unfinished.sequence }, 'going on with a rebuild');
    return unfinished;
  }
  await deps.database.checkpoints.deleteOne({ _id: 'videos.next' });
  await dropAllBut(deps.database, serving.collection);
  return begin(deps, 'videos.next', end);
}

async function switchTo(deps: RebuildDeps, next: Checkpoint): Promise<Checkpoint> {
  const { _id, ...rest } = next;
  const { matchedCount } = await deps.database.checkpoints.replaceOne(
    { _id: 'videos', sequence: { $lte: next.sequence } },
    rest,
  );
  if (matchedCount === 0) throw new CheckpointMoved('another replica went on with the old read model');
  await deps.database.checkpoints.deleteOne({ _id });
  deps.log.info({ collection: next.collection, sequence: next.sequence }, 'the new read model serves now');
  const current: Checkpoint = { ...rest, _id: 'videos' };
  deps.onProgress(current);
  return current;
}

/** A rebuild that is not wanted any more, or was switched to and not cleared away. */
export async function forgetUnfinished(database: Database, serving: Checkpoint): Promise<void> {
  const unfinished = await database.checkpoints.findOneAndDelete({ _id: 'videos.next' });
  if (unfinished !== null && unfinished.collection !== serving.collection)
    await database.videos(unfinished.collection).drop();
}

async function dropAllBut(database: Database, serving: string): Promise<void> {
  const names = await database.db.listCollections({ name: /^videos_\d+$/ }, { nameOnly: true }).toArray();
  for (const { name } of names) if (name !== serving) await database.db.dropCollection(name);
}
