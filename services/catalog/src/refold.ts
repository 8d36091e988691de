import type { Log } from '@rushes/shared/log';
import { fold } from '@rushes/shared/video';
import { isUnderstood } from './core/dead-letter.ts';
import { documentOf, knownOf, unseen, type VideoDocument } from './core/document.ts';
import { type Checkpoint, type Database, isDuplicateKey } from './database.ts';
import type { Logger } from './ports.ts';
import { identityFilter } from './write.ts';

export interface RefoldDeps {
  database: Database;
  eventLog: Log;
  log: Logger;
}

/**
 * Folds a video again from its whole history as this version understands it, and writes it where the document is as it was
 * read. Works beside a projector, on any replica: a document that is written anew without a new event gets another
 * `revision`, so whoever believes to know it reads it again. Events that are understood now leave quarantine.
 * @returns the document; null when the history still makes no video
 */
export async function refold(deps: RefoldDeps, checkpoint: Checkpoint, videoId: string): Promise<VideoDocument | null> {
  const { database, eventLog } = deps;
  for (;;) {
    const before = await database.videos(checkpoint.collection).findOne({ _id: videoId });
    const history = await eventLog.read(videoId, { fromLeader: true });
    const written = await write(deps, checkpoint, before, history);
    if (written === 'moved') continue;
    // A projector that met a later event before it could see what was written here has passed it over.
    const { lastSequence } = await eventLog.read(videoId, { fromLeader: true });
    if (lastSequence > history.lastSequence) continue;
    await leaveQuarantine(deps, checkpoint.logId, videoId);
    return written;
  }
}

async function write(
  { database }: RefoldDeps,
  { collection, cdnBaseUrl }: Checkpoint,
  before: VideoDocument | null,
  history: Awaited<ReturnType<Log['read']>>,
): Promise<VideoDocument | null | 'moved'> {
  const known = before === null ? unseen : knownOf(before);
  const state = fold(history.entries.flatMap(({ parsed }) => (parsed.kind === 'event' ? [parsed.event] : [])));
  if (state.status === 'none') return before;
  // A history read from a leader ends where the document does, or later.
  const lastSeq = Math.max(history.lastSequence, known.lastSeq);
  const document = documentOf(state, { lastSeq, revision: known.revision + 1 }, cdnBaseUrl);
  const videos = database.videos(collection);
  if (before !== null) {
    const { matchedCount } = await videos.replaceOne(identityFilter(document._id, known), document);
    return matchedCount === 0 ? 'moved' : document;
  }
  try {
    await videos.insertOne(document);
    return document;
  } catch (error) {
    if (isDuplicateKey(error)) return 'moved';
    throw error;
  }
}

async function leaveQuarantine({ database, log }: RefoldDeps, logId: string, videoId: string): Promise<void> {
  for await (const { _id, ...quarantined } of database.quarantine.find({
    _id: ofLog(logId),
    subject: ofVideo(videoId),
  })) {
    if (!isUnderstood(quarantined)) continue;
    await database.quarantine.deleteOne({ _id });
    const { sequence, subject } = quarantined;
    log.info({ sequence, subject }, 'an event in quarantine is understood now; its video was folded again');
  }
}

/** Folds again every video with an event in quarantine that this version understands: what an upgrade is for. */
export async function refoldUnderstood(deps: RefoldDeps, checkpoint: Checkpoint, signal: AbortSignal): Promise<void> {
  const videoIds = new Set<string>();
  for await (const { subject, body } of deps.database.quarantine.find({ _id: ofLog(checkpoint.logId) })) {
    if (isUnderstood({ subject, body })) videoIds.add(subject.split('.')[2] ?? '');
  }
  for (const videoId of videoIds) {
    if (signal.aborted) return;
    await refold(deps, checkpoint, videoId);
  }
}

/** Ids of the quarantine begin with their log's, a UUID: no sign in it has a meaning in a regular expression. */
export function ofLog(logId: string) {
  return { $regex: `^${logId}:` };
}

function ofVideo(videoId: string) {
  return { $regex: `^video\\.[^.]+\\.${videoId}$` };
}
