import type { ClaimTrack } from '@rushes/shared/claims';
import { IMMUTABLE, type Storage } from '@rushes/shared/storage';
import type { Segment } from '@rushes/shared/tracks';
import {
  filledPage,
  headOf,
  initKey,
  pageKey,
  segmentFacts,
  segmentKey,
  type TrackHead,
  type TrackSpec,
  trackFacts,
  trackKey,
} from './core/facts.ts';
import type { WrittenTrack } from './core/results.ts';
import type { KeptTrack } from './core/resume.ts';
import type { MediaSegment, SegmenterItem } from './core/segment.ts';

export interface TrackTarget {
  storage: Pick<Storage, 'put'>;
  bucket: string;
  /** Key of the track's folder of this attempt. */
  folder: string;
  signal: AbortSignal;
  /** What an earlier attempt has stored of the track. */
  kept?: KeptTrack | undefined;
  /** Seconds of encoding so far, of all attempts. */
  encodeSeconds(): number;
  /** Told after a segment and the facts that name it are stored. */
  onStored(track: ClaimTrack): Promise<void>;
  /** Told after that is written down too. */
  onSegment(): Promise<void>;
}

/** Segments that may wait for their upload before the encoder is held back. */
const MAX_WAITING = 2;

/**
 * Stores a track's pieces in their order: the segment, the facts that name it, the claim. `add` resolves at once while few
 * pieces wait, and later otherwise: that is what holds the encoder back. A failed write is thrown by the next call.
 */
export function createTrackWriter(spec: TrackSpec, target: TrackTarget) {
  const segments: Segment[] = [...(target.kept?.segments ?? [])];
  const pages: string[] = [...(target.kept?.pages ?? [])];
  let head: TrackHead | undefined = target.kept?.head;
  let isComplete = false;
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

  async function storeFacts(complete: boolean): Promise<ClaimTrack> {
    if (head === undefined) throw new Error(`${spec.id}: a segment came before its init`);
    const encodeSeconds = target.encodeSeconds();
    const facts = trackFacts(spec, { head, pages, segments, complete, encodeSeconds });
    const key = trackKey(folder);
    const result = await storage.put(bucket, key, JSON.stringify(facts), {
      contentType: 'application/json',
      cacheControl: 'no-cache',
      signal,
    });
    if (result.kind !== 'stored') throw new Error(`${key} was refused although it was written without a condition`);
    isComplete = complete;
    return { rendition: spec.id, track: key, etag: result.etag, segments: segments.length };
  }

  async function push(segment: Segment): Promise<void> {
    segments.push(segment);
    const page = filledPage(segments);
    if (page === null) return;
    const key = pageKey(folder, page.number);
    await putForGood(key, JSON.stringify({ segments: page.segments }), 'application/json');
    pages.push(key);
  }

  async function storeSegment(segment: MediaSegment, isLast: boolean): Promise<void> {
    await putForGood(segmentKey(folder, segment.number), segment.bytes, contentType);
    await push(segmentFacts(folder, segment));
    await target.onStored(await storeFacts(isLast));
    await target.onSegment();
  }

  async function store(item: SegmenterItem, isLast: boolean): Promise<void> {
    signal.throwIfAborted();
    if (item.kind === 'segment') return storeSegment(item.segment, isLast);
    await putForGood(initKey(folder), item.init.bytes, contentType);
    head = headOf(item.init, folder);
  }

  return {
    /** Whether the encoder is waiting for uploads. */
    isHeld: () => waiting > MAX_WAITING,
    /**
     * @param isLast the track ends with it: its facts say so at once, so that whoever reads that all segments are there
     * need not wonder whether another should follow
     */
    async add(item: SegmenterItem, isLast = false): Promise<void> {
      if (failure !== undefined) throw failure.error;
      waiting += 1;
      const before = tail;
      tail = before
        .then(() => store(item, isLast))
        .finally(() => {
          waiting -= 1;
        });
      tail.catch((error: unknown) => {
        failure ??= { error };
      });
      if (waiting > MAX_WAITING) await tail;
    },
    /** Stores facts that name what is kept, in the folder of this attempt; what the claim is to say of them. */
    takeOver: () => storeFacts(false),
    /**
     * Stores facts that name further segments, which stand elsewhere; what the claim is to say of them.
     * @param isLast the track ends with them
     */
    async adopt(further: readonly Segment[], isLast: boolean): Promise<ClaimTrack> {
      for (const segment of further) await push(segment);
      return storeFacts(isLast);
    },
    /** Whether the facts say that the track has ended. */
    isClosed: () => isComplete,
    /** Resolves when nothing is being written, well or badly. */
    settled: () => tail.catch(() => undefined),
    /**
     * Waits for all writes and closes the facts.
     * @param isEnd whether the track ends here; the facts of one that goes on stay open
     */
    async finish(isEnd = true): Promise<WrittenTrack> {
      await tail;
      if (head === undefined || segments.length === 0) throw new Error(`${spec.id}: the encoder wrote nothing`);
      if (isEnd && !isComplete) await target.onStored(await storeFacts(true));
      return { spec, head, folder, pages, segments };
    },
  };
}

export type TrackWriter = ReturnType<typeof createTrackWriter>;

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
