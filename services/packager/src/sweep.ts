import type { Delivery, Outcome } from '@rushes/shared/bus';
import { Failure } from '@rushes/shared/errors';
import type { History, Log } from '@rushes/shared/log';
import type { Runtime } from '@rushes/shared/service';
import { readTrackFacts, type Storage } from '@rushes/shared/storage';
import { keysIn, type Sweep, type SweepTimes, sweepable, type Thinning } from './core/sweepable.ts';
import { endBeginning } from './end-beginning.ts';

export interface SweepDeps {
  eventLog: Pick<Log, 'read'>;
  storage: Pick<Storage, 'read' | 'put' | 'list' | 'deletePrefix' | 'deleteKeys'>;
  bucket: string;
  times: SweepTimes;
  now: () => Date;
  log: Runtime['log'];
}

/** After so long nobody writes any more, not even a worker that was frozen when its generation was closed. Milliseconds. */
export const STRAGGLERS_MS = 3_600_000;

/** What makes media superfluous; the filters of the durable. */
const TRIGGERS = new Set(['deleted', 'cancelled', 'failed', 'packaged']);

/**
 * Removes what no longer belongs to a video. The message only says where to look: what may go is decided on the whole
 * history, and so the video's newest message does the work of all, and the older ones are acked. It is handed back until
 * nothing is left to be done; a store that fails throws, which hands it back as well.
 */
export async function sweep(
  deps: SweepDeps,
  delivery: Pick<Delivery, 'subject' | 'sequence' | 'signal'>,
): Promise<Outcome> {
  const videoId = delivery.subject.split('.')[2] ?? '';
  const history = await readAtLeast(deps, videoId, delivery.sequence);
  const newer = history.entries.some(
    ({ sequence, subject }) => sequence > delivery.sequence && TRIGGERS.has(subject.split('.')[1] ?? ''),
  );
  if (newer) return { kind: 'ack' };
  const log = deps.log.child({ videoId });
  await endBeginning({ ...deps, log }, history.state, delivery.signal);
  const plan = planOf(deps, history);
  if (plan.unreadable > 0) log.warn({ unreadable: plan.unreadable }, 'the history holds events that cannot be read');
  for (const folder of plan.folders) {
    delivery.signal.throwIfAborted();
    const objects = await deps.storage.deletePrefix(deps.bucket, folder);
    if (objects > 0) log.info({ folder, objects }, 'media that are not needed any more were removed');
  }
  if (plan.thinning !== null) await thin(deps, videoId, plan.thinning, delivery.signal, log);
  if (plan.lookAgainAt === null) return { kind: 'ack' };
  return { kind: 'nak', delayMs: Math.max(0, plan.lookAgainAt - deps.now().getTime()) };
}

function planOf(deps: SweepDeps, { entries }: History): Sweep {
  return sweepable(entries, deps.now().getTime(), deps.times);
}

/** A follower may answer without the very event that called us, or a newer one of which we must hear. */
async function readAtLeast({ eventLog }: SweepDeps, videoId: string, sequence: number): Promise<History> {
  const read = await eventLog.read(videoId);
  if (read.lastSequence >= sequence) return read;
  const fromLeader = await eventLog.read(videoId, { fromLeader: true });
  if (fromLeader.lastSequence >= sequence) return fromLeader;
  throw new Failure('internal', {
    detail: `the history of ${videoId} ends at ${fromLeader.lastSequence}, before the message ${sequence} that was delivered`,
  });
}

/**
 * Removes from some areas what nobody names. Objects are listed before the history is read that they are held against:
 * whoever wrote one of them was called by an event that this history holds, and so by none that we could not know of.
 */
async function thin(
  deps: SweepDeps,
  videoId: string,
  planned: Thinning,
  signal: AbortSignal,
  log: Runtime['log'],
): Promise<void> {
  const there: string[] = [];
  for (const area of planned.areas) {
    for await (const { key } of deps.storage.list(deps.bucket, area)) there.push(key);
  }
  if (there.length === 0) return;
  const { thinning } = planOf(deps, await deps.eventLog.read(videoId, { fromLeader: true }));
  if (thinning === null) return;
  const named = new Set(thinning.named);
  for (const facts of thinning.facts) {
    signal.throwIfAborted();
    const keys = await namedByFacts(deps, facts, log);
    // Facts that cannot be read might name anything.
    if (keys === null) return;
    for (const key of keys) named.add(key);
  }
  const leftOver = there.filter((key) => !named.has(key) && thinning.areas.some((area) => key.startsWith(area)));
  if (leftOver.length === 0) return;
  const objects = await deps.storage.deleteKeys(deps.bucket, leftOver);
  log.info({ areas: thinning.areas, objects, kept: there.length - objects }, 'media that nobody names were removed');
}

/** Keys that a `track.json` and its pages name; null when they cannot be read, which is told. */
async function namedByFacts(
  { storage, bucket }: SweepDeps,
  key: string,
  log: Runtime['log'],
): Promise<string[] | null> {
  try {
    const { track, segments } = await readTrackFacts(storage, bucket, key);
    return keysIn([track, segments], '');
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'package_invalid') throw error;
    log.error({ key, detail: error.detail }, 'facts cannot be read, so nothing is removed beside them');
    return null;
  }
}
