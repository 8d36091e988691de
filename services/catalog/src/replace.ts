import { wait } from '@rushes/shared/bus';
import { tryAcquire } from '@rushes/shared/lease';
import { acquireFor, build, projectTo, Refused, type ReplaceDeps, servingOf } from './build.ts';
import { type Comparison, compareAt, type FirstLook, firstLook } from './compare.ts';
import type { Checkpoint } from './database.ts';
import { MIXED } from './fold-version.ts';
import { assertSameLog, readLogEnd, WrongLog } from './log-end.ts';
import { switchTo } from './switch.ts';
import { CheckpointMoved } from './write.ts';

export interface ReplaceOptions {
  /** Compare and leave things as they are. */
  compareOnly: boolean;
  /** Switch whatever the comparison says. */
  force: boolean;
}

const RETRY_MS = 200;
const SHOWN = 20;

/**
 * Makes the read model anew from the first event of the log, beside the one that serves; compares the two at one sequence,
 * for which the projection is paused; and lets the new one serve by one write. Goes on where an earlier try ended.
 * @returns whether it went as it should: false when the two differ though they should not
 */
export async function replaceReadModel(deps: ReplaceDeps, options: ReplaceOptions): Promise<boolean> {
  const lease = await acquireFor(deps, 'catalog.rebuild', 'another rebuild is running');
  const signal = AbortSignal.any([deps.signal, lease.signal]);
  const held = { ...deps, signal };
  try {
    const fresh = await build(held);
    const serving = await servingOf(held);
    const unlike = await whyNothingToCompare(held, serving);
    if (serving !== null && unlike === null) return await compareAndSwitch(held, serving, fresh, options);
    deps.say(`nothing to compare with: ${unlike}`);
    if (options.compareOnly) return true;
    await switchTo(held, serving, fresh);
    deps.say(`${fresh.collection} serves now, at sequence ${fresh.sequence}`);
    return true;
  } finally {
    await lease.release();
  }
}

/** Null when there is something to compare with. Throws Refused while that is not whole. */
async function whyNothingToCompare(deps: ReplaceDeps, serving: Checkpoint | null): Promise<string | null> {
  if (serving === null) return 'no read model serves yet';
  try {
    assertSameLog(serving, await readLogEnd(deps.manager));
  } catch (error) {
    if (error instanceof WrongLog) return error.message;
    throw error;
  }
  if (serving.sequence >= serving.target) return null;
  throw new Refused(
    `what serves is itself still being built (${serving.sequence} of ${serving.target}): try again when it is whole`,
  );
}

/** Why the two may differ; null when each difference is a fault. */
function whyDifferent(deps: ReplaceDeps, { foldVersion, cdnBaseUrl }: Checkpoint): string | null {
  if (cdnBaseUrl !== deps.cdnBaseUrl) return `links begin with ${deps.cdnBaseUrl} now, and did with ${cdnBaseUrl}`;
  if (foldVersion === deps.foldVersion) return null;
  if (foldVersion === undefined) return 'it is not known which version made what serves';
  if (foldVersion === MIXED) return 'several versions made what serves';
  return `what makes documents has changed (${foldVersion} then, ${deps.foldVersion} now)`;
}

async function compareAndSwitch(
  deps: ReplaceDeps,
  serving: Checkpoint,
  built: Checkpoint,
  options: ReplaceOptions,
): Promise<boolean> {
  const look = await firstLook(deps.database, serving, built);
  const pausedAt = performance.now();
  const lease = await tryAcquire({ ...deps, key: 'catalog.projector', evict: true });
  if (lease === null) throw new Refused('the right to project was taken by another in the same moment: try again');
  try {
    const paused = { ...deps, signal: AbortSignal.any([deps.signal, lease.signal]) };
    return await settle(paused, look, built, options);
  } finally {
    await lease.release();
    deps.say(`projection was paused for ${((performance.now() - pausedAt) / 1_000).toFixed(1)} s`);
  }
}

/** Brings both to one sequence, compares and switches; again, when the one that projected until now was not done yet. */
async function settle(
  deps: ReplaceDeps,
  look: FirstLook,
  built: Checkpoint,
  options: ReplaceOptions,
): Promise<boolean> {
  let fresh = built;
  for (;;) {
    deps.signal.throwIfAborted();
    try {
      const found = await servingOf(deps);
      if (found === null) throw new Refused('what served is gone: was the database dropped? Try again');
      const { lastSequence } = await readLogEnd(deps.manager);
      const serving = await projectTo(deps, found, lastSequence);
      fresh = await projectTo(deps, fresh, serving.sequence);
      const comparison = await compareAt(deps.database, look, serving, fresh);
      if (comparison.ahead) throw new CheckpointMoved('the one that projected until now has not ended yet');
      const same = report(deps, comparison, serving);
      if (options.compareOnly) return same;
      if (!same && !options.force) {
        deps.say(`not switched: ${serving.collection} goes on serving. --force switches anyway`);
        return false;
      }
      await switchTo(deps, serving, fresh);
      deps.say(`${fresh.collection} serves now, at sequence ${fresh.sequence}; --rollback goes back`);
      return true;
    } catch (error) {
      if (!(error instanceof CheckpointMoved)) throw error;
      // Of the one that was built, or of the one that serves: either is read again.
      fresh = (await deps.database.checkpoints.findOne({ _id: 'videos.rebuild' })) ?? fresh;
      await wait(RETRY_MS, deps.signal);
    }
  }
}

/** @returns whether nothing is against the switch */
function report(deps: ReplaceDeps, { videos, differences, more }: Comparison, serving: Checkpoint): boolean {
  const count = differences.length + more;
  deps.say(
    `compared at sequence ${serving.sequence}: ${videos.old} videos in ${serving.collection}, ${videos.new} in the new one, ${count} differ`,
  );
  for (const { videoId, old, new: fresh } of differences.slice(0, SHOWN)) deps.say(`  ${videoId}  ${old} → ${fresh}`);
  if (count > SHOWN) deps.say(`  and ${count - Math.min(SHOWN, differences.length)} more`);
  const why = whyDifferent(deps, serving);
  if (count > 0) deps.say(why === null ? 'they should not: the same version made both' : `as may be: ${why}`);
  return count === 0 || why !== null;
}
