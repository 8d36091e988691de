import { lookAtBucket } from './bucket-page.ts';
import { type Position, recentAfter } from './core/position.ts';
import { lookAtIndex } from './index-page.ts';
import { rebuildIndex } from './rebuild.ts';
import { type Findings, nothingFound, PAGE, type ReconcileDeps } from './reconcile-deps.ts';
import { refresh } from './refresh.ts';
import { eachTolerantly } from './tolerate.ts';

export interface Round {
  /** Where the next round goes on. */
  position: Position;
  findings: Findings;
  /** Entries of the index in this page, and whether it was the last one. */
  seen: number;
  isIndexEnd: boolean;
}

/** One round: a page of each of the ways. A part that fails is said and begins at the same place in the next round. */
export async function runRound(deps: ReconcileDeps, position: Position, signal: AbortSignal): Promise<Round> {
  const findings = nothingFound();
  const pass = { findings, signal };
  const part = async <T>(what: string, stay: T, work: () => Promise<T>): Promise<T> => {
    if (signal.aborted) return stay;
    try {
      return await work();
    } catch (error) {
      if (!signal.aborted) deps.log.warn({ err: error, part: what }, 'a part of a reconciling round failed');
      return stay;
    }
  };
  const index = await part('index', { next: position.index, seen: 0 }, () => lookAtIndex(deps, position.index, pass));
  const recent = await part('recent uploads', position.recent, () =>
    lookAtBucket(deps, recentAfter(position.recent, deps.now().getTime()), 'ignore', pass),
  );
  const bucket = await part('bucket', position.bucket, () => lookAtBucket(deps, position.bucket, 'report', pass));
  const reprocessed = await part('reprocessed', position.reprocessed, () =>
    addReprocessed(deps, position.reprocessed, signal),
  );
  return {
    position: { index: index.next, recent, bucket, reprocessed },
    findings,
    seen: index.seen,
    isIndexEnd: index.next === 0,
  };
}

/** The durable does not bring `reprocessed`, which opens a generation. */
async function addReprocessed(deps: ReconcileDeps, from: number, signal: AbortSignal): Promise<number> {
  const { events } = await deps.pages.events('reprocessed', from, PAGE);
  await eachTolerantly(deps.log, signal, events, async ({ subject, sequence }) => {
    await refresh(deps, subject.split('.')[2] ?? '', sequence);
  });
  const last = events.at(-1);
  return last === undefined ? from : last.sequence + 1;
}

/**
 * The whole bucket and the whole index once, whatever their size: after a restore, when nobody knows what was missed. Begins
 * with making the index anew.
 */
export async function reconcileAll(deps: ReconcileDeps, signal: AbortSignal): Promise<Findings & { open: number }> {
  const { open } = await rebuildIndex(deps, signal);
  const findings = nothingFound();
  const pass = { findings, signal };
  let after = '';
  do {
    signal.throwIfAborted();
    after = await lookAtBucket(deps, after, 'report', pass);
  } while (after !== '');
  let from = 0;
  do {
    signal.throwIfAborted();
    from = (await lookAtIndex(deps, from, pass)).next;
  } while (from !== 0);
  deps.log.info({ ...findings, open }, 'the whole uploads bucket was compared with the log');
  return { ...findings, open };
}
