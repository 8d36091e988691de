import { parseJson } from '@rushes/shared/json';
import { readLast } from '@rushes/shared/log';
import { z } from 'zod';
import type { Bucket, Connection } from './ports.ts';

/**
 * Which dead letters a person has put aside. In a bucket of NATS and not in the database, because the database can be built
 * anew from the log and this cannot.
 */
export interface Discards {
  /** When these were put aside, those that were. Sequences mean nothing in another log, so entries of another do not count. */
  find(ids: readonly string[], logId: string): Promise<Map<string, string>>;
  /** Harmless to repeat: the first time stays. */
  add(id: string, logId: string): Promise<void>;
  remove(id: string): Promise<void>;
}

const STREAM = 'KV_DEAD_LETTERS';
const PREFIX = '$KV.DEAD_LETTERS.';
const storedSchema = z.object({ logId: z.string(), discardedAt: z.iso.datetime() });
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function createDiscards(deps: { connection: Connection; kv: Bucket; now: () => Date }): Discards {
  const find: Discards['find'] = async (ids, logId) => {
    const found = new Map<string, string>();
    if (ids.length === 0) return found;
    const messages = await readLast(
      deps.connection,
      STREAM,
      ids.map((id) => `${PREFIX}${id}`),
    );
    for (const { subject, data } of messages) {
      // The marker of a removed key is empty.
      const stored = storedSchema.safeParse(parseJson(decoder.decode(data))).data;
      if (stored?.logId === logId) found.set(subject.slice(PREFIX.length), stored.discardedAt);
    }
    return found;
  };
  return {
    find,
    async add(id, logId) {
      if ((await find([id], logId)).has(id)) return;
      const stored: z.infer<typeof storedSchema> = { logId, discardedAt: deps.now().toISOString() };
      await deps.kv.put(id, encoder.encode(JSON.stringify(stored)));
    },
    async remove(id) {
      await deps.kv.delete(id);
    },
  };
}
