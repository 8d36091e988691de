import type { VideoView } from '@rushes/shared/video';
import { useCallback, useEffect, useState } from 'react';
import { type Answer, getEvents, getVideo, TroubleError } from '../api/client.ts';
import { openLive } from '../api/live.ts';
import type { StoredEvent } from '../core/history.ts';
import { type Known, keepProgress, withProgress } from '../core/listing.ts';
import type { Trouble } from '../core/problems.ts';

export interface Watched {
  video: VideoView | null;
  events: readonly StoredEvent[];
  trouble: Trouble | null;
  connected: boolean;
  /** Takes the answer of a change, which is newer than what the live connection has told so far. */
  accept: (answer: Answer<VideoView>) => void;
  retry: () => void;
}

/** One video with its history, kept up to date. */
export function useVideo(id: string): Watched {
  const [known, setKnown] = useState<Known | null>(null);
  const [events, setEvents] = useState<readonly StoredEvent[]>([]);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [connected, setConnected] = useState(true);
  const [attempt, setAttempt] = useState(0);

  const accept = useCallback(({ value, sequence }: Answer<VideoView>) => {
    setKnown((now) =>
      now !== null && now.sequence > sequence ? now : { video: keepProgress(now?.video, value), sequence },
    );
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` is what "try again" changes.
  useEffect(() => {
    const abort = new AbortController();
    let close = () => {};
    getVideo(id, abort.signal)
      .then((answer) => {
        if (abort.signal.aborted) return;
        accept(answer);
        close = openLive({
          address: () => `/v1/videos/${id}/live`,
          onVideo: ({ video, sequence }) => accept({ value: video, sequence }),
          onProgress: (progress) =>
            setKnown((now) => (now === null ? now : { ...now, video: withProgress(now.video, progress) })),
          onConnected: setConnected,
        });
      })
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        if (!(error instanceof TroubleError)) throw error;
        setTrouble(error.trouble);
      });
    return () => {
      abort.abort();
      close();
    };
  }, [id, accept, attempt]);

  const sequence = known?.sequence;
  useEffect(() => {
    if (sequence === undefined) return;
    const abort = new AbortController();
    getEvents(id, abort.signal)
      .then(setEvents)
      .catch((error: unknown) => {
        // The next change reads it again; the video itself is shown all the same.
        if (!abort.signal.aborted) console.warn('the history could not be read', error);
      });
    return () => abort.abort();
  }, [id, sequence]);

  const retry = useCallback(() => {
    setTrouble(null);
    setAttempt((count) => count + 1);
  }, []);

  return { video: known?.video ?? null, events, trouble, connected, accept, retry };
}
