import type { KV, KvEntry } from 'nats';
import type { Logger } from 'pino';
import { z } from 'zod';
import { isWrongLastSequence, wait } from '../bus/index.ts';
import { parseJson } from '../json.ts';

/**
 * The right to do what one replica at a time should do. Two at once would be slow, but must do no harm: a paused holder
 * notices only when it wakes.
 */
export interface Lease {
  /** Aborts when the lease is lost or given back. */
  signal: AbortSignal;
  release(): Promise<void>;
}

export interface LeaseDeps {
  /** `CLAIMS`; the key begins with the service's name. */
  kv: KV;
  key: string;
  worker: string;
  leaseMs: number;
  now: () => Date;
  log: Logger;
  /** Takes it from whoever has it, who finds out at his next renewal: a third of the lease later at the latest. */
  evict?: boolean;
}

const storedSchema = z.object({ worker: z.string(), leaseUntil: z.number() });
type Stored = z.infer<typeof storedSchema>;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The lease if it is free, or ran out; null while another one holds it. */
export async function tryAcquire(deps: LeaseDeps): Promise<Lease | null> {
  const entry = await deps.kv.get(deps.key);
  const held = storedIn(entry);
  const now = deps.now().getTime();
  const isHeld = held !== undefined && held.worker !== deps.worker && held.leaseUntil > now;
  if (isHeld && deps.evict !== true) return null;
  const revision = await put(deps, entry?.revision ?? 0, now + deps.leaseMs);
  return revision === null ? null : hold(deps, revision);
}

function hold(deps: LeaseDeps, first: number): Lease {
  const ended = new AbortController();
  const renewing = renew(deps, first, ended);
  return {
    signal: ended.signal,
    async release() {
      ended.abort(new Error('the lease was given back'));
      const revision = await renewing;
      if (revision !== null) await put(deps, revision, 0);
    },
  };
}

/** Renews every third of the lease. Resolves with the last revision written; null when the lease is another one's. */
async function renew(deps: LeaseDeps, first: number, ended: AbortController): Promise<number | null> {
  let revision = first;
  let until = performance.now() + deps.leaseMs;
  for (;;) {
    await wait(deps.leaseMs / 3, ended.signal);
    if (ended.signal.aborted) return revision;
    const began = performance.now();
    try {
      const written = await put(deps, revision, deps.now().getTime() + deps.leaseMs);
      if (written === null) {
        ended.abort(new Error('another replica has the lease now'));
        return null;
      }
      revision = written;
      until = began + deps.leaseMs;
    } catch (error) {
      if (performance.now() < until) continue;
      deps.log.warn({ err: error }, 'the lease could not be renewed and ran out');
      ended.abort(new Error('the lease ran out'));
      return revision;
    }
  }
}

/** The new revision; null when another one wrote first. An own write whose answer was lost is found again by reading. */
async function put(deps: LeaseDeps, revision: number, leaseUntil: number): Promise<number | null> {
  const body = JSON.stringify({ worker: deps.worker, leaseUntil } satisfies Stored);
  try {
    return await deps.kv.put(deps.key, encoder.encode(body), { previousSeq: revision });
  } catch (error) {
    if (!isWrongLastSequence(error)) throw error;
    const entry = await deps.kv.get(deps.key);
    return entry !== null && storedIn(entry)?.worker === deps.worker ? entry.revision : null;
  }
}

/** What cannot be read is nobody's, or a spoilt entry would stop the projection for ever. */
function storedIn(entry: KvEntry | null): Stored | undefined {
  return entry?.operation === 'PUT' ? storedSchema.safeParse(parseJson(decoder.decode(entry.value))).data : undefined;
}
