import { eachOf } from '@rushes/shared/concurrency';
import type { Runtime } from '@rushes/shared/service';
import { LANES } from './reconcile-deps.ts';

/** So many that fail are no longer single videos: log or store are away, and the page is looked at again later. */
const MAX_ERRORS = 10;

/**
 * Works off one page. A video that cannot be looked at stops no other; it comes again with the next rotation.
 * @throws the last error when there are many; the signal's reason when it aborts
 */
export async function eachTolerantly<T>(
  log: Runtime['log'],
  signal: AbortSignal,
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let errors = 0;
  await eachOf(items, LANES, async (item) => {
    signal.throwIfAborted();
    try {
      await work(item);
    } catch (error) {
      errors += 1;
      if (errors > MAX_ERRORS) throw error;
      log.warn({ err: error, item }, 'cannot look at this now; it comes again with the next rotation');
    }
  });
}
