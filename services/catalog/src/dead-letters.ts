import type { DeadLetterQuery } from '@rushes/shared/http';
import { ProblemError } from '@rushes/shared/http';
import type { Log } from '@rushes/shared/log';
import {
  DEAD_CODES,
  type DeadLetter,
  eventLetter,
  failureIn,
  fieldErrorOf,
  KINDS,
  letterId,
  parseLetterId,
  videoLetter,
} from './core/dead-letter.ts';
import type { VideoDocument } from './core/document.ts';
import type { Cursors } from './cursor.ts';
import type { Checkpoint, Database } from './database.ts';
import type { Discards } from './discards.ts';
import type { Logger } from './ports.ts';
import { ofLog, refold } from './refold.ts';

export interface DeadLettersDeps {
  database: Database;
  eventLog: Log;
  discards: Discards;
  cursors: () => Promise<Cursors>;
  log: Logger;
}

export interface DeadLetters {
  /** Events first, then videos; the newest of each first. */
  list(at: Checkpoint, query: DeadLetterQuery): Promise<{ deadLetters: DeadLetter[]; nextCursor: string | null }>;
  /** Throws `not_found`. */
  inspect(at: Checkpoint, id: string): Promise<DeadLetter & Record<string, unknown>>;
  /** Throws `not_found`, `wrong_state`. The video is null when its history still does not make one. */
  replay(at: Checkpoint, id: string): Promise<{ deadLetter: DeadLetter; document: VideoDocument | null }>;
  /** Throws `not_found`. */
  discard(at: Checkpoint, id: string): Promise<void>;
}

/** Looked at in one go; those that the query does not want are left out of them. */
const PAGE = 200;

export function createDeadLetters(deps: DeadLettersDeps): DeadLetters {
  return {
    list: (at, query) => list(deps, at, query),
    inspect: (at, id) => inspect(deps, at, id),
    async replay(at, id) {
      const deadLetter = await find(deps, at, id);
      if (deadLetter.kind === 'video') {
        const path = `/v1/videos/${deadLetter.videoId}/reprocess`;
        throw new ProblemError('wrong_state', `A failed video is not replayed but made anew: use POST ${path}.`);
      }
      if (deadLetter.problems.length > 0) {
        const detail = 'This version does not understand the event either; an upgrade may.';
        throw new ProblemError('wrong_state', detail, { errors: deadLetter.problems.map(fieldErrorOf) });
      }
      const document = await refold(deps, at, deadLetter.videoId);
      await deps.discards.remove(id);
      return { deadLetter, document };
    },
    async discard(at, id) {
      await find(deps, at, id);
      await deps.discards.add(id, at.logId);
    },
  };
}

async function list(
  deps: DeadLettersDeps,
  at: Checkpoint,
  { kind, discarded, limit, cursor }: DeadLetterQuery,
): ReturnType<DeadLetters['list']> {
  const cursors = await deps.cursors();
  const sort = `dead-letters:${kind ?? 'all'}:${discarded}`;
  const after = cursor === undefined ? null : cursors.decode(cursor, sort);
  const found: DeadLetter[] = [];
  for await (const letter of candidates(deps, at, kind, after?.id)) {
    if ((letter.discardedAt !== null) !== (discarded === 'true')) continue;
    found.push(letter);
    if (found.length > limit) break;
  }
  const deadLetters = found.slice(0, limit);
  const last = deadLetters.at(-1);
  const more = found.length > limit && last !== undefined;
  return { deadLetters, nextCursor: more ? cursors.encode({ sort, value: last.kind, id: last.id }) : null };
}

/** All dead letters behind one of them, page after page. */
async function* candidates(
  deps: DeadLettersDeps,
  at: Checkpoint,
  kind: DeadLetter['kind'] | undefined,
  afterId: string | undefined,
): AsyncGenerator<DeadLetter> {
  const after = afterId === undefined ? null : parseLetterId(afterId);
  for (const one of KINDS) {
    // Events come first: a cursor at a video is behind them all.
    if ((kind !== undefined && one !== kind) || (one === 'event' && after?.kind === 'video')) continue;
    const pageAfter = one === 'event' ? eventPage : videoPage;
    for (let last = after?.kind === one ? after : null; ; ) {
      const { letters, next } = await pageAfter(deps, at, last);
      yield* letters;
      if (next === null) break;
      last = next;
    }
  }
}

type Name = ReturnType<typeof parseLetterId>;

async function eventPage({ database, discards }: DeadLettersDeps, { logId }: Checkpoint, after: Name) {
  const before = after?.kind === 'event' ? { sequence: { $lt: after.sequence } } : {};
  const found = await database.quarantine
    .find({ _id: ofLog(logId), ...before }, { sort: { sequence: -1 }, limit: PAGE, projection: { _id: 0 } })
    .toArray();
  const ids = found.map(({ sequence }) => letterId({ kind: 'event', sequence }));
  const discarded = await discards.find(ids, logId);
  const letters = found.map((one, index) => eventLetter(one, discarded.get(ids[index] ?? '') ?? null));
  const last = found.at(-1);
  const next: Name = found.length < PAGE || last === undefined ? null : { kind: 'event', sequence: last.sequence };
  return { letters, next };
}

async function videoPage({ database, discards }: DeadLettersDeps, { logId, collection }: Checkpoint, after: Name) {
  const behind = after?.kind === 'video' ? { _id: { $lt: after.videoId } } : {};
  const found = await database
    .videos(collection)
    .find({ 'view.error.code': { $in: [...DEAD_CODES] }, ...behind }, { sort: { _id: -1 }, limit: PAGE })
    .toArray();
  const discarded = await discards.find(found.map(nameOf), logId);
  const letters = found.flatMap((document) => videoLetter(document, discarded.get(nameOf(document)) ?? null) ?? []);
  const last = found.at(-1);
  const next: Name =
    found.length < PAGE || last === undefined ? null : { kind: 'video', videoId: last._id, generation: 1 };
  return { letters, next };
}

function nameOf({ _id, view }: VideoDocument): string {
  return letterId({ kind: 'video', videoId: _id, generation: view.generation });
}

async function find({ database, discards }: DeadLettersDeps, at: Checkpoint, id: string): Promise<DeadLetter> {
  const name = parseLetterId(id);
  if (name === null) throw unknownLetter(id);
  const discardedAt = (await discards.find([id], at.logId)).get(id) ?? null;
  if (name.kind === 'event') {
    const quarantined = await database.quarantine.findOne({ _id: `${at.logId}:${name.sequence}` });
    if (quarantined === null) throw unknownLetter(id);
    return eventLetter(quarantined, discardedAt);
  }
  const document = await database.videos(at.collection).findOne({ _id: name.videoId });
  const letter = document === null ? null : videoLetter(document, discardedAt);
  // Made anew meanwhile, it is no dead letter any more; failed again, it is another one.
  if (letter?.id !== id) throw unknownLetter(id);
  return letter;
}

async function inspect(deps: DeadLettersDeps, at: Checkpoint, id: string) {
  const letter = await find(deps, at, id);
  const history = `/v1/videos/${letter.videoId}/events`;
  if (letter.kind === 'event') {
    const stored = await deps.database.quarantine.findOne({ _id: `${at.logId}:${letter.sequence}` });
    return { ...letter, body: stored?.body ?? '', history };
  }
  const { entries } = await deps.eventLog.read(letter.videoId);
  return { ...letter, ...failureIn(entries, letter.generation), history };
}

function unknownLetter(id: string): ProblemError {
  return new ProblemError('not_found', `There is no dead letter ${id.slice(0, 80)}.`);
}
