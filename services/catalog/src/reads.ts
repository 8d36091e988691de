import { type ListQuery, ProblemError, unknownVideo } from '@rushes/shared/http';
import { isYoung } from './core/conditions.ts';
import type { VideoDocument } from './core/document.ts';
import { cursorAfter, toMongoQuery } from './core/query.ts';
import type { Cursors } from './cursor.ts';
import { asUnavailable, type Checkpoint, type Database } from './database.ts';
import type { LogEnd } from './log-end.ts';
import type { Position } from './position.ts';

/** What was read, and the sequence that the read model had at least come to then. */
interface Read<T> {
  value: T;
  sequence: number;
}

export interface Reads {
  /** The checkpoint of what is served, when that is whole. Throws `behind`. */
  whole(): Promise<Checkpoint>;
  /** Throws `not_found`, `behind`. */
  video(id: string, minSequence: number | undefined): Promise<Read<VideoDocument>>;
  list(
    query: ListQuery,
    minSequence: number | undefined,
  ): Promise<Read<{ documents: VideoDocument[]; nextCursor: string | null }>>;
  /** Documents changed after one sequence and up to another, in the order of their last change. */
  changed(after: number, upTo: number, limit: number): Promise<VideoDocument[]>;
}

export interface ReadsDeps {
  database: Database;
  position: Position;
  cursors: () => Promise<Cursors>;
  logEnd: () => Promise<LogEnd>;
  now: () => Date;
}

/** How long a read waits for the projection. */
const WAIT_MS = 2_000;

export function createReads(deps: ReadsDeps): Reads {
  const reads = readsOf(deps);
  const answered = <T>(work: Promise<T>) => work.catch((error: unknown) => Promise.reject(asUnavailable(error)));
  return {
    whole: () => answered(reads.whole()),
    video: (id, minSequence) => answered(reads.video(id, minSequence)),
    list: (query, minSequence) => answered(reads.list(query, minSequence)),
    changed: (after, upTo, limit) => answered(reads.changed(after, upTo, limit)),
  };
}

function readsOf(deps: ReadsDeps): Reads {
  const find = (checkpoint: Checkpoint, id: string) => deps.database.videos(checkpoint.collection).findOne({ _id: id });
  return {
    whole: () => checkpointAt(deps, 0),
    async video(id, minSequence) {
      const checkpoint = await checkpointAt(deps, minSequence ?? 0);
      const document = await find(checkpoint, id);
      if (document !== null) return { value: document, sequence: checkpoint.sequence };
      if (minSequence !== undefined || !isYoung(id, deps.now())) throw unknownVideo(id);
      // It may have been requested a moment ago: only the end of the log can tell that it was not.
      const caughtUp = await checkpointAt(deps, (await deps.logEnd()).lastSequence);
      const late = await find(caughtUp, id);
      if (late === null) throw unknownVideo(id);
      return { value: late, sequence: caughtUp.sequence };
    },

    async list(query, minSequence) {
      const cursors = await deps.cursors();
      const after = query.cursor === undefined ? null : cursors.decode(query.cursor, query.sort);
      const checkpoint = await checkpointAt(deps, minSequence ?? 0);
      const { filter, sort, collation } = toMongoQuery(query, after);
      const found = await deps.database
        .videos(checkpoint.collection)
        .find(filter, { sort, limit: query.limit + 1, ...(collation ? { collation } : {}) })
        .toArray();
      const documents = found.slice(0, query.limit);
      const last = documents.at(-1);
      const more = found.length > query.limit && last !== undefined;
      const nextCursor = more ? cursors.encode(cursorAfter(last, query.sort)) : null;
      return { value: { documents, nextCursor }, sequence: checkpoint.sequence };
    },

    async changed(after, upTo, limit) {
      const checkpoint = await deps.position.now();
      if (checkpoint === null) return [];
      return deps.database
        .videos(checkpoint.collection)
        .find({ lastSeq: { $gt: after, $lte: upTo } }, { sort: { lastSeq: 1 }, limit })
        .toArray();
    },
  };
}

/** The checkpoint when it has come to a sequence, and when the read model is whole. Throws `behind` after a while. */
async function checkpointAt({ position }: ReadsDeps, sequence: number): Promise<Checkpoint> {
  const checkpoint = await position.now();
  const wanted = Math.max(sequence, checkpoint?.target ?? 0);
  if (checkpoint !== null && checkpoint.sequence >= wanted) return checkpoint;
  const reached = await position.reached(wanted, WAIT_MS);
  if (reached !== null) return reached;
  const at = (await position.now())?.sequence ?? 0;
  throw new ProblemError('behind', `The read model is at ${at} and has not come to ${wanted} yet. Try again.`);
}
