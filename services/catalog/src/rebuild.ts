import { dropUnnamed, ensureIndexes, newCollectionName } from './collections.ts';
import { type Checkpoint, type Database, isDuplicateKey } from './database.ts';
import type { LogEnd } from './log-end.ts';
import type { Logger } from './ports.ts';
import { type ProjectDeps, project } from './project.ts';
import { switchTo } from './switch.ts';
import { CheckpointMoved } from './write.ts';

export interface BeginDeps {
  database: Database;
  cdnBaseUrl: string;
  foldVersion: string;
  log: Logger;
}

export interface RebuildDeps extends ProjectDeps, BeginDeps {
  onProgress: (checkpoint: Checkpoint) => void;
}

/** A checkpoint at the beginning of the log, with a collection of its own that is not made yet. */
export async function begin(deps: BeginDeps, _id: Checkpoint['_id'], end: LogEnd): Promise<Checkpoint> {
  const { database, cdnBaseUrl, foldVersion } = deps;
  const collection = await newCollectionName(database, _id === 'videos.rebuild' ? 'command' : 'catalog');
  const { logId, lastSequence: target } = end;
  const checkpoint: Checkpoint = { _id, sequence: 0, logId, cdnBaseUrl, collection, target, foldVersion };
  try {
    await database.checkpoints.insertOne(checkpoint);
  } catch (error) {
    if (isDuplicateKey(error)) throw new CheckpointMoved(`another replica made the checkpoint ${_id}`);
    throw error;
  }
  deps.log.info({ collection, target }, 'building the read model from the beginning of the log');
  return checkpoint;
}

/**
 * Makes a new collection from the beginning of the log while the old one is kept up to date and serves; then one write
 * switches from the old to the new.
 * @returns the new checkpoint; null when the signal aborted before it was there
 */
export async function rebuild(
  deps: RebuildDeps,
  serving: Checkpoint,
  end: LogEnd,
  signal: AbortSignal,
): Promise<Checkpoint | null> {
  const start = await resumeOrBegin(deps, end);
  const [failed, serveNoMore] = [new AbortController(), new AbortController()];
  const together = AbortSignal.any([signal, failed.signal]);
  let served = serving;
  const onProgress = (checkpoint: Checkpoint) => {
    served = checkpoint;
    deps.onProgress(checkpoint);
  };
  const keepServing = project(deps, serving, { signal: AbortSignal.any([together, serveNoMore.signal]), onProgress });
  // Whichever of the two fails ends the other; its failure is met below.
  keepServing.catch((error: unknown) => failed.abort(error));
  const build = (from: Checkpoint) =>
    project(deps, from, {
      signal: together,
      enough: (sequence) => sequence >= served.sequence,
      building: true,
      onProgress: () => undefined,
    });
  try {
    const unindexed = await build(start);
    if (!signal.aborted) await ensureIndexes(deps.database, unindexed.collection);
    const almost = await build(unindexed);
    serveNoMore.abort();
    await keepServing;
    // What the old one got between the two lines above.
    const next = await build(almost);
    if (signal.aborted) return null;
    const current = await switchTo(deps, served, next);
    deps.onProgress(current);
    return current;
  } finally {
    failed.abort();
    await keepServing.catch(() => undefined);
  }
}

async function resumeOrBegin(deps: RebuildDeps, end: LogEnd): Promise<Checkpoint> {
  const unfinished = await deps.database.checkpoints.findOne({ _id: 'videos.next' });
  const { cdnBaseUrl, foldVersion } = deps;
  if (
    unfinished?.cdnBaseUrl === cdnBaseUrl &&
    unfinished.logId === end.logId &&
    unfinished.foldVersion === foldVersion
  ) {
    deps.log.info({ collection: unfinished.collection, sequence: unfinished.sequence }, 'going on with a rebuild');
    return unfinished;
  }
  await forgetUnfinished(deps.database, 'videos.next');
  return begin(deps, 'videos.next', end);
}

/** A rebuild that is not wanted any more, or was switched to and not cleared away; with what nobody names any more. */
export async function forgetUnfinished(database: Database, _id: 'videos.next' | 'videos.rebuild'): Promise<void> {
  await database.checkpoints.deleteOne({ _id });
  await dropUnnamed(database);
}
