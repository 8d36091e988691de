import { wait } from '@rushes/shared/bus';
import { tryAcquire } from '@rushes/shared/lease';
import { acquireFor, Refused, type ReplaceDeps, servingOf } from './build.ts';
import type { Checkpoint } from './database.ts';
import { assertSameLog, readLogEnd } from './log-end.ts';
import { switchTo } from './switch.ts';
import { CheckpointMoved } from './write.ts';

const RETRY_MS = 200;

/** Lets what served before serve again; it catches up by itself. Throws Refused. */
export async function rollBack(deps: ReplaceDeps): Promise<void> {
  const lease = await acquireFor(deps, 'catalog.rebuild', 'another rebuild is running');
  try {
    const [previous, serving] = await Promise.all([
      deps.database.checkpoints.findOne({ _id: 'videos.previous' }),
      servingOf(deps),
    ]);
    if (previous === null || previous.collection === serving?.collection) {
      throw new Refused('there is nothing to go back to: only what served before the last switch is kept');
    }
    assertSameLog(previous, await readLogEnd(deps.manager));
    // Reads answer `behind` until it has caught up: nobody sees what was seen already undone.
    const target = serving?.logId === previous.logId ? Math.max(previous.target, serving.sequence) : previous.target;
    await switchWhereverItIs(deps, { ...previous, target });
    deps.say(`${previous.collection} serves again; it catches up from sequence ${previous.sequence}`);
  } finally {
    await lease.release();
  }
}

async function switchWhereverItIs(deps: ReplaceDeps, next: Checkpoint): Promise<void> {
  // So that what serves stands still between being read and being switched, from a third of a lease later at the latest.
  const lease = await tryAcquire({ ...deps, key: 'catalog.projector', evict: true });
  try {
    for (;;) {
      deps.signal.throwIfAborted();
      try {
        await switchTo(deps, await servingOf(deps), next);
        return;
      } catch (error) {
        if (!(error instanceof CheckpointMoved)) throw error;
        await wait(RETRY_MS, deps.signal);
      }
    }
  } finally {
    await lease?.release();
  }
}
