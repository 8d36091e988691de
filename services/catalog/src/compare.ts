import { createHash } from 'node:crypto';
import { canonical, isSame, type Pair, pairUp } from './core/compare.ts';
import type { VideoDocument } from './core/document.ts';
import type { Checkpoint, Database } from './database.ts';

/** A video that is not the same in both, with a checksum of what each says of it. */
export interface Difference {
  videoId: string;
  old: string;
  new: string;
}

/** What a look through both collections left to be looked at again when both stand at one sequence. */
export interface FirstLook {
  /** Both have been seen whole up to here; what changed later is looked at again. */
  upTo: number;
  /** Videos that were not the same. */
  suspects: string[];
  /** Further ones, that are too many to be looked at again. */
  more: number;
}

/** With more, it is no matter of a few that changed meanwhile. */
const MAX_SUSPECTS = 20_000;
const PAGE = 500;

/** Compares every video of two collections that may go on changing. */
export async function firstLook(database: Database, old: Checkpoint, fresh: Checkpoint): Promise<FirstLook> {
  const look: FirstLook = { upTo: Math.min(old.sequence, fresh.sequence), suspects: [], more: 0 };
  for await (const pair of pairUp(sorted(database, old, {}), sorted(database, fresh, {}))) {
    if (isSame(pair)) continue;
    if (look.suspects.length < MAX_SUSPECTS) look.suspects.push(idOf(pair));
    else look.more += 1;
  }
  return look;
}

export interface Comparison {
  videos: { old: number; new: number };
  differences: Difference[];
  /** Further ones that were only met in the first look. */
  more: number;
  /** Somebody wrote what is behind the sequence: there is nothing to be concluded yet. */
  ahead: boolean;
}

/** Compares what a first look left, and all that changed since, of two collections that stand at one sequence. */
export async function compareAt(
  database: Database,
  look: FirstLook,
  old: Checkpoint,
  fresh: Checkpoint,
): Promise<Comparison> {
  const ids = new Set([
    ...look.suspects,
    ...(await changedSince(database, old, look.upTo)),
    ...(await changedSince(database, fresh, look.upTo)),
  ]);
  const differences: Difference[] = [];
  let ahead = false;
  const list = [...ids];
  for (let start = 0; start < list.length; start += PAGE) {
    const some = { _id: { $in: list.slice(start, start + PAGE) } };
    for await (const pair of pairUp(sorted(database, old, some), sorted(database, fresh, some))) {
      ahead ||= [pair.old, pair.new].some((document) => (document?.lastSeq ?? 0) > fresh.sequence);
      if (!isSame(pair)) differences.push({ videoId: idOf(pair), old: checksum(pair.old), new: checksum(pair.new) });
    }
  }
  const [inOld, inNew] = await Promise.all([old, fresh].map((one) => database.videos(one.collection).countDocuments()));
  return { videos: { old: inOld ?? 0, new: inNew ?? 0 }, differences, more: look.more, ahead };
}

function sorted(database: Database, { collection }: Checkpoint, filter: { _id?: { $in: string[] } }) {
  return database
    .videos(collection)
    .find(filter, { sort: { _id: 1 }, batchSize: PAGE })
    [Symbol.asyncIterator]();
}

async function changedSince(database: Database, { collection }: Checkpoint, sequence: number): Promise<string[]> {
  const found = database.videos(collection).find({ lastSeq: { $gt: sequence } }, { projection: { _id: 1 } });
  return (await found.toArray()).map(({ _id }) => _id);
}

function idOf(pair: Pair<VideoDocument>): string {
  return pair.old?._id ?? pair.new?._id ?? '';
}

function checksum(document: VideoDocument | null): string {
  return document === null ? 'none' : createHash('sha256').update(canonical(document)).digest('hex').slice(0, 12);
}
