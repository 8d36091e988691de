import type {
  InspectedData,
  PackagedData,
  Poster,
  ThumbnailedData,
  Tier,
  TranscodedData,
  Visibility,
} from '../events/index.ts';
import { TIERS } from '../events/index.ts';

/**
 * The one state of a video, folded from its history. Nothing here is stored as truth: the log is.
 *
 *   uploading ──► processing ──► playable ──► ready          reprocessed: a new generation beside the one that plays
 *      │  └► expired ─┘  └──► failed                          deleted: absorbs everything
 *      └► cancelled
 */
export type VideoState = NoVideo | Video;

export interface NoVideo {
  status: 'none';
}

export const VIDEO_STATUSES = [
  'uploading',
  'processing',
  'playable',
  'ready',
  'failed',
  'expired',
  'cancelled',
  'deleted',
] as const;
export type VideoStatus = (typeof VIDEO_STATUSES)[number];

export const UPLOAD_STATUSES = ['uploading', 'finished', 'expired', 'cancelled'] as const;
export type UploadStatus = (typeof UPLOAD_STATUSES)[number];

export interface Upload {
  status: UploadStatus;
  filename: string;
  contentType: string;
  /** Bytes: announced until the object is there, then measured. */
  size: number;
  strategy: 'single' | 'multipart';
  multipart: { uploadId: string; partSize: number; partCount: number } | null;
  closesAt: string;
  bucket: string;
  key: string;
  finishedAt: string | null;
}

/** The object that a generation is made from. */
export interface StoredSource {
  bucket: string;
  key: string;
  size: number;
  etag: string;
}

/** `packaged` with `final`, `failed` and `cancelled` end a generation; null: still open. */
export type Outcome = 'packaged' | 'failed' | 'cancelled';

/** One making of a video. Of each verb the highest tier is kept, since its lists hold all tiers before it. */
export interface Generation {
  number: number;
  profile: string;
  stored: StoredSource | null;
  inspected: InspectedData | null;
  transcoded: TranscodedData | null;
  thumbnailed: ThumbnailedData | null;
  packaged: PackagedData | null;
  /** A poster that a person chose; wins over the one of `thumbnailed`. */
  chosenPoster: Poster | null;
  outcome: Outcome | null;
}

export interface Video {
  status: VideoStatus;
  id: string;
  title: string;
  description: string;
  tags: string[];
  metadata: Record<string, string>;
  visibility: Visibility;
  upload: Upload;
  /** The newest generation; work is only ever done on it. */
  current: Generation;
  /** The generation that viewers get: an older one until the `standard` tier of a new one is packaged. */
  playing: Generation | null;
  error: { stage: string; code: string; message: string } | null;
  createdAt: string;
  updatedAt: string;
  readyAt: string | null;
}

export const noVideo: NoVideo = { status: 'none' };

/** Tiers rise; 0 for none. */
export function tierRank(tier: Tier | undefined): number {
  return tier === undefined ? 0 : TIERS.indexOf(tier) + 1;
}

/** Whether a generation may still get results: it has its source and no outcome. */
export function isOpen(video: Video): boolean {
  return video.status !== 'deleted' && video.current.stored !== null && video.current.outcome === null;
}
