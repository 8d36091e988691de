import type { Delivery, Outcome } from '@rushes/shared/bus';
import { Failure } from '@rushes/shared/errors';
import type { History, Log } from '@rushes/shared/log';
import { entryFor, isSameEntry, type OpenEntry } from '@rushes/shared/open-videos';
import type { OpenIndex } from './open-index.ts';

export interface RefreshDeps {
  index: Pick<OpenIndex, 'get' | 'put' | 'remove'>;
  eventLog: Pick<Log, 'read'>;
}

/** Refusals in a row; each means that somebody else has just written the same key. */
const TRIES = 10;

/** Works off the durable: whatever happened to a video, its entry is made from its whole history. */
export async function refreshOnEvent(deps: RefreshDeps, { subject, sequence }: Delivery): Promise<Outcome> {
  await refresh(deps, subject.split('.')[2] ?? '', sequence);
  return { kind: 'ack' };
}

/**
 * Writes the entry of a video as the log says it must be, or removes it. The revision is read before the history: whoever
 * has written meanwhile may know more, so a refused write looks again.
 * @param atLeast a sequence that the history must hold: a follower that lags is not believed
 * @throws Failure `bus_unavailable`; `internal` when the write is refused again and again
 */
export async function refresh(deps: RefreshDeps, videoId: string, atLeast = 0): Promise<OpenEntry | null> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const stored = await deps.index.get(videoId);
    const history = await readAtLeast(deps.eventLog, videoId, atLeast);
    const wanted = entryFor(history.state, stored.entry);
    if (stored.exists === (wanted !== null) && isSameEntry(wanted, stored.entry)) return wanted;
    const isWritten =
      wanted === null
        ? await deps.index.remove(videoId, stored.revision)
        : await deps.index.put(videoId, wanted, stored.revision);
    if (isWritten) return wanted;
  }
  throw new Failure('internal', {
    detail: `the index entry of ${videoId} was written by others ${TRIES} times in a row`,
  });
}

async function readAtLeast(eventLog: Pick<Log, 'read'>, videoId: string, atLeast: number): Promise<History> {
  const history = await eventLog.read(videoId);
  return history.lastSequence < atLeast ? eventLog.read(videoId, { fromLeader: true }) : history;
}
