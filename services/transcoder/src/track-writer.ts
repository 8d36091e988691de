import type { ClaimTrack } from '@rushes/shared/claims';
import { IMMUTABLE, type Storage } from '@rushes/shared/storage';
import type { Segment } from '@rushes/shared/tracks';
import {
  filledPage,
  initKey,
  pageKey,
  segmentFacts,
  segmentKey,
  type TrackSpec,
  trackFacts,
  trackKey,
} from './core/facts.ts';
import type { Init } from './core/init.ts';
import type { MediaSegment, SegmenterItem } from './core/segment.ts';

export interface TrackTarget {
  storage: Pick<Storage, 'put'>;
  bucket: string;
  /** Key of the track's folder of this attempt. */
  folder: string;
  signal: AbortSignal;
  /** Told after a segment and the facts that name it are stored. */
  onStored(track: ClaimTrack): Promise<void>;
}

/** A track as it stands in storage when all is written. */
export interface WrittenTrack {
  spec: TrackSpec;
  init: Init;
  folder: string;
  segments: readonly Segment[];
}

/** Segments that may wait for their upload before the encoder is held back. */
const MAX_WAITING = 2;

/**
 * Stores a track's pieces in their order: the segment, the facts that name it, the claim. `add` resolves at once while few
 * pieces wait, and later otherwise: that is what holds the encoder back. A failed write is thrown by the next call.
 */
export function createTrackWriter(spec: TrackSpec, target: TrackTarget) {
  const segments: Segment[] = [];
  let init: Init | undefined;
  let tail: Promise<void> = Promise.resolve();
  let waiting = 0;
  let failure: { error: unknown } | undefined;
  const { storage, bucket, folder, signal } = target;
  const contentType = spec.kind === 'video' ? 'video/mp4' : 'audio/mp4';

  const putForGood = (key: string, body: Uint8Array | string, type: string) =>
    storage.put(bucket, key, typeof body === 'string' ? body : asBuffer(body), {
      contentType: type,
      cacheControl: IMMUTABLE,
      signal,
    });

  async function storeFacts(complete: boolean): Promise<void> {
    if (init === undefined) throw new Error(`${spec.id}: a segment came before its init`);
    const facts = trackFacts(spec, init, folder, segments, complete);
    const key = trackKey(folder);
    const result = await storage.put(bucket, key, JSON.stringify(facts), {
      contentType: 'application/json',
      cacheControl: 'no-cache',
      signal,
    });
    if (result.kind !== 'stored') throw new Error(`${key} was refused although it was written without a condition`);
    await target.onStored({ rendition: spec.id, track: key, etag: result.etag, segments: segments.length });
  }

  async function storeSegment(segment: MediaSegment): Promise<void> {
    await putForGood(segmentKey(folder, segment.number), segment.bytes, contentType);
    segments.push(segmentFacts(folder, segment));
    const page = filledPage(segments);
    if (page !== null) {
      await putForGood(pageKey(folder, page.number), JSON.stringify({ segments: page.segments }), 'application/json');
    }
    await storeFacts(false);
  }

  async function store(item: SegmenterItem): Promise<void> {
    signal.throwIfAborted();
    if (item.kind === 'segment') return storeSegment(item.segment);
    init = item.init;
    await putForGood(initKey(folder), item.init.bytes, contentType);
  }

  return {
    /** Whether the encoder is waiting for uploads. */
    isHeld: () => waiting > MAX_WAITING,
    async add(item: SegmenterItem): Promise<void> {
      if (failure !== undefined) throw failure.error;
      waiting += 1;
      const before = tail;
      tail = before
        .then(() => store(item))
        .finally(() => {
          waiting -= 1;
        });
      tail.catch((error: unknown) => {
        failure ??= { error };
      });
      if (waiting > MAX_WAITING) await tail;
    },
    /** Waits for all writes and closes the facts. */
    async finish(): Promise<WrittenTrack> {
      await tail;
      if (init === undefined || segments.length === 0) throw new Error(`${spec.id}: the encoder wrote nothing`);
      await storeFacts(true);
      return { spec, init, folder, segments };
    },
  };
}

export type TrackWriter = ReturnType<typeof createTrackWriter>;

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
