import type { Readable } from 'node:stream';

/** What a HEAD says of an object. `etag` without quotes, `size` in bytes. */
export interface ObjectFacts {
  key: string;
  size: number;
  etag: string;
  lastModified: Date;
  contentType: string | undefined;
}

export interface PutOptions {
  contentType: string;
  cacheControl?: string | undefined;
  /** Etag (without quotes) the object must still have; otherwise `precondition_failed`. */
  ifMatch?: string | undefined;
  /** `*`: the object must not exist yet; otherwise `precondition_failed`. */
  ifNoneMatch?: '*' | undefined;
  signal?: AbortSignal | undefined;
}

export type PutResult = { kind: 'stored'; etag: string } | { kind: 'precondition_failed' };

/**
 * The S3 calls Rushes needs, each retried by the SDK. What is missing is answered with null; an unreachable or failing
 * store throws Failure `storage_unavailable`, a changed source `source_changed`.
 */
export interface Storage {
  head(bucket: string, key: string): Promise<ObjectFacts | null>;
  /** The whole object in memory: for facts and playlists, never for media. */
  read(bucket: string, key: string): Promise<{ body: Buffer; etag: string } | null>;
  /** Streams the object into a file by parallel ranges; `ifMatch` guards every range. `onBytes` reports bytes so far. */
  download(
    bucket: string,
    key: string,
    path: string,
    options?: { ifMatch?: string; signal?: AbortSignal; onBytes?: (bytes: number) => void },
  ): Promise<{ size: number; etag: string }>;
  put(bucket: string, key: string, body: Buffer | string, options: PutOptions): Promise<PutResult>;
  /** A file of any size (multipart above 16 MiB). */
  putFile(bucket: string, key: string, path: string, options: PutOptions): Promise<{ etag: string }>;
  list(bucket: string, prefix: string, options?: { startAfter?: string }): AsyncIterable<ObjectFacts>;
  /** Deletes all objects under a prefix and says how many there were. */
  deletePrefix(bucket: string, prefix: string): Promise<number>;
  /** Deletes objects by their keys, any number of them, and says how many keys those were; a missing one is no error. */
  deleteKeys(bucket: string, keys: readonly string[]): Promise<number>;
  /** Aborts every multipart upload under a prefix; how many there were. */
  abortUploads(bucket: string, prefix: string): Promise<number>;
  readStream(bucket: string, key: string): Promise<Readable | null>;
  /** Throws `storage_unavailable` unless the store answers. */
  ping(bucket: string): Promise<void>;
}

/** `Cache-Control` of what never changes: segments, facts' pages, images. */
export const IMMUTABLE = 'public, max-age=31536000, immutable';
