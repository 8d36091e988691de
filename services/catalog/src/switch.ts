import { dropUnnamed } from './collections.ts';
import { type Checkpoint, type Database, isDuplicateKey } from './database.ts';
import type { Logger } from './ports.ts';
import { CheckpointMoved } from './write.ts';

/**
 * Lets another collection serve, by one write of the checkpoint `videos`. What served until now stays with its checkpoint,
 * as `videos.previous`; what was there to go back to before is removed.
 * @param serving what is served as it was last seen; null: nothing. Throws CheckpointMoved when it is not so any more.
 */
export async function switchTo(
  { database, log }: { database: Database; log: Logger },
  serving: Checkpoint | null,
  next: Checkpoint,
): Promise<Checkpoint> {
  const current: Checkpoint = { ...next, _id: 'videos' };
  if (serving === null) {
    await insertServing(database, current);
  } else {
    // First, or a crash after the switch would leave nothing to go back to. A crash before it leaves a copy of what serves.
    await keepForRollBack(database, serving);
    const { collection, sequence, logId } = serving;
    const { _id, ...rest } = current;
    const { matchedCount } = await database.checkpoints.replaceOne({ _id, collection, sequence, logId }, rest);
    if (matchedCount === 0) throw new CheckpointMoved('what is served was changed by another one');
  }
  if (next._id !== 'videos.previous')
    await database.checkpoints.deleteOne({ _id: next._id, collection: next.collection });
  await dropUnnamed(database);
  log.info({ collection: next.collection, sequence: next.sequence }, 'another read model serves now');
  return current;
}

async function insertServing({ checkpoints }: Database, current: Checkpoint): Promise<void> {
  try {
    await checkpoints.insertOne(current);
  } catch (error) {
    if (isDuplicateKey(error)) throw new CheckpointMoved('another one began to build what is served');
    throw error;
  }
}

async function keepForRollBack(database: Database, serving: Checkpoint): Promise<void> {
  const { _id: _served, ...rest } = serving;
  await database.checkpoints.replaceOne({ _id: 'videos.previous' }, rest, { upsert: true });
}
