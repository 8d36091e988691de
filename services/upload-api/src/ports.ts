import type { Log } from '@rushes/shared/log';
import type { Profiles } from '@rushes/shared/profiles';
import type { PresignedPut, Storage } from '@rushes/shared/storage';
import type { Reservations } from './reservations.ts';

/** Between an Idempotency-Key's reservation and the video's first event a crash must lose nothing; tests kill the process at each. */
export type CreateStep = 'reserved' | 'appended';

/** Links a browser can use, against the store's public address. */
export interface Signer {
  put(object: { bucket: string; key: string; contentType: string; size: number }): Promise<PresignedPut>;
  get(object: { bucket: string; key: string; filename: string }): Promise<string>;
}

/** All that the handlers need of the world. Durations in milliseconds, sizes in bytes. */
export interface Deps {
  eventLog: Pick<Log, 'read' | 'execute'>;
  storage: Pick<Storage, 'head'>;
  signer: Signer;
  reservations: Reservations;
  /** The uploads bucket. */
  bucket: string;
  cdnBaseUrl: string;
  uploadTtlMs: number;
  urlTtlMs: number;
  maxUploadBytes: number;
  profiles: Profiles;
  now: () => Date;
  /** A new UUIDv7. */
  newId: () => string;
  /** Called at every step of registering a video; only tests give one. */
  onStep?: ((step: CreateStep, videoId: string) => Promise<void>) | undefined;
}
