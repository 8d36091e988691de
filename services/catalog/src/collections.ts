import { TITLE_COLLATION } from './core/query.ts';
import type { Database } from './database.ts';

/** What the command builds has a mark, so that it and the catalog never choose the same name. */
const NAMES = /^videos_(\d+)r?$/;

/** A name for a new collection of videos. It is made by the first write into it, when its checkpoint is there. */
export async function newCollectionName(database: Database, builder: 'catalog' | 'command'): Promise<string> {
  const checkpoints = await database.checkpoints.find().toArray();
  const names = [...(await collectionNames(database)), ...checkpoints.map(({ collection }) => collection)];
  const highest = Math.max(0, ...names.map((name) => Number(NAMES.exec(name)?.[1] ?? 0)));
  return `videos_${highest + 1}${builder === 'command' ? 'r' : ''}`;
}

/** An index for each sort order, for tags, words, live reads and dead letters; harmless where they are there. */
export async function ensureIndexes(database: Database, collection: string): Promise<void> {
  await database.videos(collection).createIndexes([
    { key: { deleted: 1, createdAt: -1, _id: -1 } },
    { key: { deleted: 1, updatedAt: -1, _id: -1 } },
    { key: { deleted: 1, title: 1, _id: 1 }, collation: TITLE_COLLATION },
    { key: { status: 1, createdAt: -1, _id: -1 } },
    { key: { tags: 1, createdAt: -1, _id: -1 } },
    { key: { words: 1 } },
    { key: { lastSeq: 1 } },
    // Only of videos that failed.
    {
      key: { 'view.error.code': 1, _id: -1 },
      partialFilterExpression: { 'view.error.code': { $exists: true } },
    },
  ]);
}

/** Removes the collections that no checkpoint names: nobody reads them, and nobody will. */
export async function dropUnnamed(database: Database): Promise<void> {
  // A collection gets its checkpoint before it is made, so what is there without one has lost it.
  const names = await collectionNames(database);
  const named = new Set((await database.checkpoints.find().toArray()).map(({ collection }) => collection));
  for (const name of names) if (!named.has(name)) await database.db.dropCollection(name);
}

async function collectionNames({ db }: Database): Promise<string[]> {
  const found = await db.listCollections({ name: NAMES }, { nameOnly: true }).toArray();
  return found.map(({ name }) => name);
}
