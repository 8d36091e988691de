import type { VideoView } from '@rushes/shared/video';
import { retryDelay } from '../core/backoff.ts';
import type { Known, Progress } from '../core/listing.ts';

export interface LiveOptions {
  /** The address, given the last sequence seen, or 0. */
  address: (since: number) => string;
  /** Where to go on from when nothing has been seen yet. */
  since?: number;
  onVideo: (known: Known) => void;
  onProgress: (progress: Progress) => void;
  /** False while nothing can arrive. */
  onConnected: (connected: boolean) => void;
}

/**
 * Server-sent events that go on for ever. The browser reconnects by itself (with Last-Event-ID) after a broken connection,
 * but gives up at an HTTP error such as a service that is just starting: then this opens it anew, from the last sequence.
 * A page that is not seen listens to nothing: browsers allow only six connections to an origin, for all tabs together.
 * @returns ends it
 */
export function openLive({ address, since = 0, onVideo, onProgress, onConnected }: LiveOptions): () => void {
  let last = since;
  let failures = 0;
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  const open = () => {
    close();
    source = new EventSource(address(last));
    source.addEventListener('open', () => {
      failures = 0;
      onConnected(true);
    });
    source.addEventListener('video', (event) => {
      last = Math.max(last, Number(event.lastEventId));
      onVideo({ video: JSON.parse(event.data) as VideoView, sequence: Number(event.lastEventId) });
    });
    source.addEventListener('progress', (event) => onProgress(JSON.parse(event.data) as Progress));
    source.addEventListener('error', () => {
      onConnected(false);
      if (source?.readyState !== EventSource.CLOSED) return;
      failures += 1;
      timer = setTimeout(open, retryDelay(failures, Math.random()));
    });
  };
  const onVisibility = () => (document.visibilityState === 'visible' ? open() : close());

  document.addEventListener('visibilitychange', onVisibility);
  if (document.visibilityState === 'visible') open();
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    close();
  };
}
