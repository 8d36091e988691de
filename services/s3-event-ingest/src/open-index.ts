import { isWrongLastSequence, removeKey } from '@rushes/shared/bus';
import { parseJson } from '@rushes/shared/json';
import {
  OPEN_VIDEOS,
  type OpenEntry,
  type OpenVideosPage,
  parseOpenEntry,
  readOpenVideos,
} from '@rushes/shared/open-videos';
import type { Runtime } from '@rushes/shared/service';
import { type Position, positionSchema } from './core/position.ts';

export interface IndexEntry {
  /** Null: there is none, or it cannot be read. */
  entry: OpenEntry | null;
  /** Whether anything is stored under the key. */
  exists: boolean;
  /** What a write must name; 0 for a key that never was. */
  revision: number;
}

/**
 * The index of videos that something is still expected of (bucket `OPEN_VIDEOS`). Every write is a compare-and-set on the
 * revision that was read before the video's history, so an older look at the log never overwrites a newer one; false: refused.
 */
export interface OpenIndex {
  get(videoId: string): Promise<IndexEntry>;
  put(videoId: string, entry: OpenEntry, revision: number): Promise<boolean>;
  remove(videoId: string, revision: number): Promise<boolean>;
  page(from: number, limit: number): Promise<OpenVideosPage>;
  readPosition(): Promise<{ position: Position | null; revision: number }>;
  writePosition(position: Position, revision: number): Promise<boolean>;
}

/** No video id: where the reconciler is. Lost together with the index, and then both are made again. */
const POSITION = 'position';
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export async function createOpenIndex({
  connection,
  client,
}: Pick<Runtime, 'connection' | 'client'>): Promise<OpenIndex> {
  const kv = await client.views.kv(OPEN_VIDEOS, { bindOnly: true });
  const read = async (key: string) => {
    const found = await kv.get(key);
    const exists = found?.operation === 'PUT';
    return { body: exists ? decoder.decode(found.value) : '', exists, revision: found?.revision ?? 0 };
  };
  const write = async (key: string, value: object, revision: number) => {
    try {
      await kv.put(key, encoder.encode(JSON.stringify(value)), { previousSeq: revision });
      return true;
    } catch (error) {
      if (isWrongLastSequence(error)) return false;
      throw error;
    }
  };
  return {
    async get(videoId) {
      const { body, exists, revision } = await read(videoId);
      return { entry: parseOpenEntry(body), exists, revision };
    },
    put: write,
    remove: (videoId, revision) => removeKey(client, OPEN_VIDEOS, videoId, revision),
    page: (from, limit) => readOpenVideos(connection, { from, limit }),
    async readPosition() {
      const { body, revision } = await read(POSITION);
      return { position: positionSchema.safeParse(parseJson(body)).data ?? null, revision };
    },
    writePosition: (position, revision) => write(POSITION, position, revision),
  };
}
