import { addEvent, type Candidates } from './core/candidates.ts';
import { PAGE, type ReconcileDeps } from './reconcile-deps.ts';
import { refresh } from './refresh.ts';
import { eachTolerantly } from './tolerate.ts';

type RebuildDeps = Pick<ReconcileDeps, 'index' | 'pages' | 'eventLog' | 'log'>;

/**
 * Makes the index from the log, for one that is new or was lost. Entries that are there are put right, too, where their video
 * is open; what is closed is dropped when the reconciler comes by.
 * @returns the first sequence after what was read
 * @throws Failure `bus_unavailable`; the signal's reason when it aborts
 */
export async function rebuildIndex(deps: RebuildDeps, signal: AbortSignal): Promise<{ next: number; open: number }> {
  const candidates: Candidates = { open: new Set() };
  let read = 0;
  let last = 0;
  for (let from: number | null = 1; from !== null; ) {
    signal.throwIfAborted();
    const page: Awaited<ReturnType<typeof deps.pages.events>> = await deps.pages.events('*', from, PAGE);
    for (const event of page.events) addEvent(candidates, event.subject, event.isFinal);
    read += page.events.length;
    last = page.events.at(-1)?.sequence ?? last;
    from = page.next;
  }
  let open = 0;
  await eachTolerantly(deps.log, signal, candidates.open, async (videoId) => {
    if ((await refresh(deps, videoId)) !== null) open += 1;
  });
  deps.log.info({ events: read, open }, 'the index of open videos was made from the log');
  return { next: last + 1, open };
}
