import { createHash } from 'node:crypto';
import { isWrongLastSequence } from '@rushes/shared/bus';
import { Failure } from '@rushes/shared/errors';
import { z } from 'zod';
import { canonicalJson } from './core/idempotency.ts';

const reservationSchema = z.object({ videoId: z.string(), bodyHash: z.string() });
export type Reservation = z.infer<typeof reservationSchema>;

/** Which video an `Idempotency-Key` stands for. The bucket forgets after 24 h. */
export interface Reservations {
  /** Reserves for this video unless the key is taken; answers with what holds. */
  reserve(key: string, body: unknown, videoId: string): Promise<{ videoId: string; sameBody: boolean }>;
}

/** The part of a JetStream KV bucket that is needed. */
export interface ReservationStore {
  put(key: string, value: Uint8Array, options: { previousSeq: number }): Promise<number>;
  get(key: string): Promise<{ value: Uint8Array } | null>;
}

/** An entry can run out between a refused write and the read after it. */
const TRIES = 3;

/**
 * Made before the video is: a crash between the two leaves a reserved id, and the retry with the same key uses it. Created
 * by compare-and-set, so of racing requests one decides. Throws Failure `bus_unavailable` when the bucket does not answer.
 */
export function createReservations(store: ReservationStore): Reservations {
  return {
    async reserve(key, body, videoId) {
      // Hashed: a key may hold signs that a bucket's key must not, and is nobody else's to read.
      const name = sha256(key);
      const bodyHash = sha256(canonicalJson(body));
      const holding = await createOrRead(store, name, { videoId, bodyHash });
      return { videoId: holding.videoId, sameBody: holding.bodyHash === bodyHash };
    },
  };
}

async function createOrRead(store: ReservationStore, name: string, own: Reservation): Promise<Reservation> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (await create(store, name, own)) return own;
    const holding = await read(store, name);
    if (holding !== null) return holding;
  }
  throw new Failure('bus_unavailable', { detail: `the reservation ${name} is refused but not there` });
}

async function create(store: ReservationStore, name: string, own: Reservation): Promise<boolean> {
  try {
    await store.put(name, new TextEncoder().encode(JSON.stringify(own)), { previousSeq: 0 });
    return true;
  } catch (error) {
    if (isWrongLastSequence(error)) return false;
    throw asFailure(error);
  }
}

async function read(store: ReservationStore, name: string): Promise<Reservation | null> {
  try {
    const entry = await store.get(name);
    return entry === null ? null : reservationSchema.parse(JSON.parse(new TextDecoder().decode(entry.value)));
  } catch (error) {
    throw asFailure(error);
  }
}

function asFailure(error: unknown): Failure {
  return new Failure('bus_unavailable', { cause: error, detail: `bucket IDEMPOTENCY: ${String(error)}` });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
