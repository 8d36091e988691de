import { wait } from '@rushes/shared/bus';
import { type Lease, tryAcquire } from '@rushes/shared/lease';
import type { Log } from '@rushes/shared/log';
import { ensureIndexes } from './collections.ts';
import type { Checkpoint, Database } from './database.ts';
import { type LogEnd, readLogEnd } from './log-end.ts';
import type { Bucket, Logger, StreamManager } from './ports.ts';
import { project } from './project.ts';
import { begin, forgetUnfinished } from './rebuild.ts';

/** What the rebuild command works with. */
export interface ReplaceDeps {
  database: Database;
  eventLog: Log;
  manager: StreamManager;
  kv: Bucket;
  worker: string;
  leaseMs: number;
  cdnBaseUrl: string;
  foldVersion: string;
  now: () => Date;
  log: Logger;
  /** Tells a person how it goes. */
  say: (line: string) => void;
  signal: AbortSignal;
}

/** The command cannot do what it was asked for; the message says why, and what to do. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

const RETRY_MS = 200;
/** Behind the end of the log by so little, the rest is done while projection is paused. */
const NEAR = 500;

export const servingOf = ({ database }: ReplaceDeps) => database.checkpoints.findOne({ _id: 'videos' });

/** Waits for a lease, saying so once, for longer than the lease of one who died. Throws Refused. */
export async function acquireFor(deps: ReplaceDeps, key: string, busy: string): Promise<Lease> {
  const giveUpAt = deps.now().getTime() + 1.5 * deps.leaseMs;
  for (let said = false; ; said = true) {
    const lease = await tryAcquire({ ...deps, key });
    if (lease !== null) return lease;
    if (deps.now().getTime() > giveUpAt) throw new Refused(`${busy}: wait for its end, or stop it`);
    if (!said) deps.say(`${busy}, or was killed a moment ago; waiting`);
    await wait(RETRY_MS, deps.signal);
    deps.signal.throwIfAborted();
  }
}

/** A whole collection, up to the end of the log or near it. */
export async function build(deps: ReplaceDeps): Promise<Checkpoint> {
  let end = await readLogEnd(deps.manager);
  let fresh = await resumeOrBegin(deps, end);
  const from = fresh.sequence;
  const began = performance.now();
  fresh = await projectTo(deps, fresh, end.lastSequence, progressOf(deps, fresh, end.lastSequence));
  await ensureIndexes(deps.database, fresh.collection);
  const seconds = (performance.now() - began) / 1_000;
  const events = fresh.sequence - from;
  deps.say(
    `${fresh.collection}: ${events} events in ${seconds.toFixed(1)} s with indexes, ${Math.round(events / seconds)} events/s`,
  );
  for (end = await readLogEnd(deps.manager); end.lastSequence - fresh.sequence > NEAR; ) {
    fresh = await projectTo(deps, fresh, end.lastSequence);
    end = await readLogEnd(deps.manager);
  }
  return fresh;
}

async function resumeOrBegin(deps: ReplaceDeps, end: LogEnd): Promise<Checkpoint> {
  const unfinished = await deps.database.checkpoints.findOne({ _id: 'videos.rebuild' });
  const serving = await deps.database.checkpoints.findOne({ _id: 'videos' });
  if (unfinished !== null && unfinished.collection !== serving?.collection && isOurs(deps, unfinished, end)) {
    deps.say(`going on with ${unfinished.collection} at sequence ${unfinished.sequence} of ${end.lastSequence}`);
    return unfinished;
  }
  await forgetUnfinished(deps.database, 'videos.rebuild');
  const begun = await begin(deps, 'videos.rebuild', end);
  deps.say(`building ${begun.collection} from sequence 1 to ${end.lastSequence}`);
  return begun;
}

function isOurs(
  deps: ReplaceDeps,
  { logId, cdnBaseUrl, foldVersion, sequence, target }: Checkpoint,
  end: LogEnd,
): boolean {
  const sameMaker = cdnBaseUrl === deps.cdnBaseUrl && foldVersion === deps.foldVersion;
  // A log that was longer when the building began was replaced by an earlier state of it.
  return sameMaker && logId === end.logId && Math.max(sequence, target) <= end.lastSequence;
}

export async function projectTo(
  deps: ReplaceDeps,
  from: Checkpoint,
  upTo: number,
  onProgress: (checkpoint: Checkpoint) => void = () => undefined,
): Promise<Checkpoint> {
  const building = from._id === 'videos.rebuild';
  const reached = await project(deps, from, { signal: deps.signal, upTo, building, onProgress });
  deps.signal.throwIfAborted();
  return reached;
}

/** A line a second. */
function progressOf({ say }: ReplaceDeps, { sequence: from, collection }: Checkpoint, to: number) {
  const began = performance.now();
  let saidAt = began;
  return ({ sequence }: Checkpoint) => {
    const now = performance.now();
    if (now - saidAt < 1_000) return;
    saidAt = now;
    const rate = Math.round(((sequence - from) / (now - began)) * 1_000);
    say(`${collection}: ${sequence} of ${to} (${Math.floor((100 * sequence) / to)} %), ${rate} events/s`);
  };
}
