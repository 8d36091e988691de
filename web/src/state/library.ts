import { useCallback, useEffect, useRef, useState } from 'react';
import { listVideos, TroubleError } from '../api/client.ts';
import { openLive } from '../api/live.ts';
import { appendPage, applyProgress, applyVideo, type Listing, type Query } from '../core/listing.ts';
import type { Trouble } from '../core/problems.ts';
import { statusesOf } from '../core/status.ts';

const PAGE_SIZE = 24;
const EMPTY: Listing = { items: [], nextCursor: null };

export interface Library {
  listing: Listing;
  /** `first`: nothing can be shown yet. `more`: the next page is on its way. */
  loading: 'first' | 'more' | null;
  trouble: Trouble | null;
  /** False while changes cannot arrive. */
  connected: boolean;
  loadMore: () => void;
  retry: () => void;
}

/** The videos of a query, a page at a time, and kept up to date. What was shown stays until the new answer is there. */
export function useLibrary({ q, filter }: Query): Library {
  const [listing, setListing] = useState(EMPTY);
  const [loading, setLoading] = useState<Library['loading']>('first');
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [connected, setConnected] = useState(true);
  const [attempt, setAttempt] = useState(0);
  const abort = useRef<AbortController>(undefined);

  const load = useCallback(
    async (before: Listing): Promise<number | null> => {
      abort.current?.abort();
      const current = new AbortController();
      abort.current = current;
      const { signal } = current;
      try {
        const options = { q, statuses: statusesOf(filter), cursor: before.nextCursor, limit: PAGE_SIZE };
        const { value, sequence } = await listVideos(options, signal);
        // Live messages may have changed the list while the page was on its way.
        setListing((now) => appendPage(before === EMPTY ? EMPTY : now, value, sequence));
        setTrouble(null);
        setLoading(null);
        return sequence;
      } catch (error) {
        if (signal.aborted) return null;
        if (!(error instanceof TroubleError)) throw error;
        setTrouble(error.trouble);
        setLoading(null);
        return null;
      }
    },
    [q, filter],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` is what "try again" changes.
  useEffect(() => {
    let ended = false;
    let close = () => {};
    setLoading((now) => now ?? null);
    void load(EMPTY).then((sequence) => {
      if (ended || sequence === null) return;
      close = openLive({
        address: (since) => `/v1/live?since=${since}`,
        since: sequence,
        onVideo: (known) => setListing((now) => applyVideo(now, known, { q, filter })),
        onProgress: (progress) => setListing((now) => applyProgress(now, progress)),
        onConnected: setConnected,
      });
    });
    return () => {
      ended = true;
      abort.current?.abort();
      close();
    };
  }, [load, q, filter, attempt]);

  const loadMore = useCallback(() => {
    if (loading !== null || trouble !== null || listing.nextCursor === null) return;
    setLoading('more');
    void load(listing);
  }, [load, loading, trouble, listing]);

  const retry = useCallback(() => {
    setTrouble(null);
    setLoading('first');
    setAttempt((count) => count + 1);
  }, []);

  return { listing, loading, trouble, connected, loadMore, retry };
}
