import { wait } from '@rushes/shared/bus';
import { type Lease, tryAcquire } from '@rushes/shared/lease';
import type { Log } from '@rushes/shared/log';
import { ensureIndexes } from './collections.ts';
import type { Checkpoint, Database } from './database.ts';
import { versionAfter } from './fold-version.ts';
import { assertSameLog, type LogEnd, readLogEnd, WrongLog } from './log-end.ts';
import type { Bucket, Logger, StreamManager } from './ports.ts';
import { project } from './project.ts';
import { begin, forgetUnfinished, rebuild } from './rebuild.ts';
import { refoldUnderstood } from './refold.ts';
import { CheckpointMoved } from './write.ts';

export interface ProjectorDeps {
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
  /** Hears of every checkpoint that was written here. */
  onProgress: (checkpoint: Checkpoint) => void;
}

/** `standby`: another replica projects, or this one has not begun. `stopped`: the read model belongs to another log. */
type ProjectorState = { kind: 'standby' } | { kind: 'active' } | { kind: 'stopped' | 'failing'; reason: string };

export interface Projector {
  state(): ProjectorState;
  stop(): Promise<void>;
}

const RETRY_MS = 1_000;

/** Projects for as long as this replica can get the lease; waits for it otherwise. */
export function startProjector(deps: ProjectorDeps): Projector {
  const stopping = new AbortController();
  let state: ProjectorState = { kind: 'standby' };
  const change = (next: ProjectorState) => {
    if (JSON.stringify(next) !== JSON.stringify(state)) say(deps.log, next);
    state = next;
  };
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await oneTerm(deps, stopping.signal, change).catch((error: unknown) => change(stateAfter(error)));
      await wait(Math.min(RETRY_MS, deps.leaseMs / 3), stopping.signal);
    }
  })();
  return {
    state: () => state,
    async stop() {
      stopping.abort(new Error('the service is stopping'));
      await running;
    },
  };
}

function stateAfter(error: unknown): ProjectorState {
  // Another one is at work on the same checkpoint, and the next lease shows who.
  if (error instanceof CheckpointMoved) return { kind: 'standby' };
  const reason = error instanceof Error ? error.message : String(error);
  return { kind: error instanceof WrongLog ? 'stopped' : 'failing', reason };
}

function say(log: Logger, state: ProjectorState): void {
  if (state.kind === 'stopped') log.error({ reason: state.reason }, 'projection stopped');
  else if (state.kind === 'failing') log.warn({ reason: state.reason }, 'projection fails; trying again');
  else log.info(state.kind === 'active' ? 'projecting' : 'not projecting; waiting for the lease');
}

/** From getting the lease to losing it. */
async function oneTerm(
  deps: ProjectorDeps,
  stopping: AbortSignal,
  change: (state: ProjectorState) => void,
): Promise<void> {
  // Every replica finds out for itself whether read model and log belong together, the one that projects or not.
  await readServing(deps);
  const lease = await tryAcquire({ ...deps, key: 'catalog.projector' });
  if (lease === null) return change({ kind: 'standby' });
  const over = new AbortController();
  const signal = AbortSignal.any([stopping, lease.signal, over.signal]);
  const watching = watchLog(deps, signal).catch((error: unknown) => over.abort(error));
  try {
    await projectAll(deps, signal, () => change({ kind: 'active' }));
    if (over.signal.aborted) throw over.signal.reason;
  } finally {
    over.abort();
    await watching;
    await giveBack(deps.log, lease);
  }
}

async function giveBack(log: Logger, lease: Lease): Promise<void> {
  try {
    await lease.release();
  } catch (error) {
    log.warn({ err: error }, 'the lease could not be given back; it runs out by itself');
  }
}

/** Looks again and again whether the log is still the one that is being projected. Rejects when it is not. */
async function watchLog(deps: ProjectorDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await wait(deps.leaseMs / 3, signal);
    if (!signal.aborted) await readServing(deps);
  }
}

/** What is served, and where the log ends. Throws WrongLog when they do not belong together. */
async function readServing(deps: ProjectorDeps): Promise<{ serving: Checkpoint | null; end: LogEnd }> {
  // In this order: the log may grow in between, and must not seem shorter than what was made from it.
  const serving = await deps.database.checkpoints.findOne({ _id: 'videos' });
  const end = await readLogEnd(deps.manager);
  if (serving !== null) assertSameLog(serving, end);
  return { serving, end };
}

/** Projects into what is served; first, where the address of the CDN is another one now, makes a new one beside it. */
async function projectAll(deps: ProjectorDeps, signal: AbortSignal, begun: () => void): Promise<void> {
  const { serving, end } = await readServing(deps);
  begun();
  const start = await buildWhole(deps, serving ?? (await begin(deps, 'videos', end)), signal);
  if (signal.aborted) return;
  const current = start.cdnBaseUrl === deps.cdnBaseUrl ? start : await rebuild(deps, start, end, signal);
  if (current === null) return;
  await forgetUnfinished(deps.database, 'videos.next');
  await noteVersion(deps, current);
  await refoldUnderstood(deps, current, signal);
  await project(deps, current, { signal, onProgress: deps.onProgress });
}

/** A read model that is not whole is read by nobody, so it is built first, and its indexes last. */
async function buildWhole(deps: ProjectorDeps, start: Checkpoint, signal: AbortSignal): Promise<Checkpoint> {
  const { onProgress } = deps;
  const whole = await project(deps, start, { signal, upTo: start.target, building: true, onProgress });
  if (!signal.aborted) await ensureIndexes(deps.database, whole.collection);
  return whole;
}

/** Documents that two versions have written are nobody's to compare with. */
async function noteVersion({ database, foldVersion, log }: ProjectorDeps, current: Checkpoint): Promise<void> {
  const version = versionAfter(current.foldVersion, foldVersion);
  if (version === current.foldVersion) return;
  const { _id, collection } = current;
  await database.checkpoints.updateOne({ _id, collection }, { $set: { foldVersion: version } });
  log.warn('the read model was begun by another version of what makes it: a rebuild brings all of it to this one');
}
