import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Storage } from '@rushes/shared/storage';

interface Stored {
  body: Buffer;
  etag: string;
  contentType: string;
  cacheControl: string | undefined;
}

/** A bucket in memory for tests, with the conditions of S3; `objects` and `writes` are for looking. */
export function memoryStorage() {
  const objects = new Map<string, Stored>();
  const writes: string[] = [];
  let version = 0;
  const store = (key: string, body: Buffer | string, contentType = 'application/json', cacheControl?: string) => {
    version += 1;
    const etag = `etag-${version}`;
    objects.set(key, { body: Buffer.from(body), etag, contentType, cacheControl });
    return etag;
  };
  const storage: Pick<
    Storage,
    'head' | 'read' | 'readStream' | 'put' | 'putFile' | 'list' | 'deletePrefix' | 'deleteKeys'
  > = {
    async head(_bucket, key) {
      const found = objects.get(key);
      if (found === undefined) return null;
      const { body, etag, contentType } = found;
      return { key, size: body.length, etag, lastModified: new Date(0), contentType };
    },
    async read(_bucket, key) {
      const found = objects.get(key);
      return found === undefined ? null : { body: found.body, etag: found.etag };
    },
    async readStream(_bucket, key) {
      const found = objects.get(key);
      return found === undefined ? null : Readable.from([found.body]);
    },
    async putFile(_bucket, key, path, options) {
      writes.push(key);
      return { etag: store(key, await readFile(path), options.contentType, options.cacheControl) };
    },
    async put(_bucket, key, body, options) {
      const there = objects.get(key);
      const refused =
        (options.ifNoneMatch === '*' && there !== undefined) ||
        (options.ifMatch !== undefined && options.ifMatch !== there?.etag);
      if (refused) return { kind: 'precondition_failed' };
      writes.push(key);
      return { kind: 'stored', etag: store(key, body, options.contentType, options.cacheControl) };
    },
    async *list(_bucket, prefix) {
      for (const [key, { body, etag }] of [...objects].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
        if (!key.startsWith(prefix)) continue;
        yield { key, size: body.length, etag, lastModified: new Date(0), contentType: undefined };
      }
    },
    async deletePrefix(_bucket, prefix) {
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix));
      for (const key of keys) objects.delete(key);
      return keys.length;
    },
    async deleteKeys(_bucket, keys) {
      for (const key of keys) objects.delete(key);
      return keys.length;
    },
  };
  return { storage, objects, writes, store };
}
