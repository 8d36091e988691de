import { wait } from '@rushes/shared/bus';
import type { VideoDocument } from './core/document.ts';
import type { Logger } from './ports.ts';
import type { Position } from './position.ts';
import type { Reads } from './reads.ts';

/** Every change of the read model, in the order of the log, for as long as somebody listens. */
export interface Feed {
  join(listener: (document: VideoDocument) => void): Promise<Member>;
}

export interface Member {
  /** Changes up to here were told before; all later ones will be. */
  seen(): number;
  leave(): void;
}

interface Run {
  seen: number;
  ending: AbortController;
}

const PAGE = 200;
const LOOK_MS = 30_000;
const RETRY_MS = 500;

/**
 * Reads from the database what the checkpoint has passed, so it works on every replica. Only up to the checkpoint: behind
 * it a document may show before another one with an earlier change, and that change would be left out.
 */
export function createFeed(deps: { position: Position; changed: Reads['changed']; log: Logger }): Feed {
  const listeners = new Set<(document: VideoDocument) => void>();
  let run: Run | null = null;

  const tell = async (current: Run) => {
    const checkpoint = await deps.position.reached(current.seen + 1, LOOK_MS, current.ending.signal);
    const upTo = checkpoint?.sequence ?? 0;
    while (current.seen < upTo && !current.ending.signal.aborted) {
      const documents = await deps.changed(current.seen, upTo, PAGE);
      for (const document of documents) {
        current.seen = document.lastSeq;
        for (const listener of listeners) listener(document);
      }
      if (documents.length < PAGE) current.seen = upTo;
    }
  };
  const keepTelling = async (current: Run) => {
    while (!current.ending.signal.aborted) {
      try {
        await tell(current);
      } catch (error) {
        deps.log.warn({ err: error }, 'live updates wait for the database');
        await wait(RETRY_MS, current.ending.signal);
      }
    }
  };
  const begin = async (): Promise<Run> => {
    const seen = (await deps.position.now())?.sequence ?? 0;
    if (run === null) {
      run = { seen, ending: new AbortController() };
      void keepTelling(run);
    }
    return run;
  };

  return {
    async join(listener) {
      const current = run ?? (await begin());
      listeners.add(listener);
      return {
        seen: () => current.seen,
        leave() {
          listeners.delete(listener);
          if (listeners.size > 0 || run !== current) return;
          current.ending.abort();
          run = null;
        },
      };
    },
  };
}
