import type { CreateVideo, UpdateVideo, UploadView } from '@rushes/shared/http/schemas';
import type { VideoView } from '@rushes/shared/video';
import type { StoredEvent } from '../core/history.ts';
import { NO_ANSWER, type Trouble, troubleOfAnswer } from '../core/problems.ts';
import type { Status } from '../core/status.ts';

/** A call that did not succeed, with what to tell the person. */
export class TroubleError extends Error {
  override readonly name = 'TroubleError';
  readonly trouble: Trouble;

  constructor(trouble: Trouble, cause?: unknown) {
    super(`${trouble.title}: ${trouble.detail}`, { cause });
    this.trouble = trouble;
  }
}

/** An answer and the log sequence that it shows. */
export interface Answer<T> {
  readonly value: T;
  readonly sequence: number;
}

interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Let the call outlive the page. */
  keepalive?: boolean;
}

/** @throws TroubleError, and the signal's AbortError */
async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<Answer<T>> {
  const { body, headers, signal, keepalive = false } = options;
  const response = await fetch(path, {
    method,
    keepalive,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new TroubleError(NO_ANSWER, error);
  });
  const text = await response.text();
  const contentType = response.headers.get('content-type') ?? '';
  if (!response.ok) throw new TroubleError(troubleOfAnswer(response.status, contentType, text));
  return {
    value: (text === '' ? undefined : JSON.parse(text)) as T,
    sequence: Number(response.headers.get('rushes-seq') ?? 0),
  };
}

export interface ListOptions {
  q: string;
  statuses: readonly Status[];
  cursor: string | null;
  limit: number;
}

export interface VideoPage {
  videos: VideoView[];
  nextCursor: string | null;
}

export function listVideos(
  { q, statuses, cursor, limit }: ListOptions,
  signal: AbortSignal,
): Promise<Answer<VideoPage>> {
  const query = new URLSearchParams({ limit: String(limit) });
  if (q !== '') query.set('q', q);
  for (const status of statuses) query.append('status', status);
  if (cursor !== null) query.set('cursor', cursor);
  return call('GET', `/v1/videos?${query}`, { signal });
}

export function getVideo(id: string, signal: AbortSignal): Promise<Answer<VideoView>> {
  return call('GET', `/v1/videos/${id}`, { signal });
}

export async function getEvents(id: string, signal: AbortSignal): Promise<StoredEvent[]> {
  const answer = await call<{ events: StoredEvent[] }>('GET', `/v1/videos/${id}/events`, { signal });
  return answer.value.events;
}

/** @param key repeated with the same body, it gives the same video and a fresh link */
export async function createVideo(body: CreateVideo, key: string): Promise<{ video: VideoView; upload: UploadView }> {
  const answer = await call<{ video: VideoView; upload: UploadView }>('POST', '/v1/videos', {
    body,
    headers: { 'idempotency-key': key },
  });
  return answer.value;
}

/** A fresh link for an upload whose link has run out. */
export async function renewUpload(id: string): Promise<UploadView> {
  const answer = await call<{ upload: UploadView }>('POST', `/v1/videos/${id}/upload/renew`);
  return answer.value.upload;
}

export async function cancelUpload(id: string): Promise<void> {
  await call('DELETE', `/v1/videos/${id}/upload`);
}

export async function updateVideo(id: string, change: UpdateVideo): Promise<Answer<VideoView>> {
  const { value, sequence } = await call<{ video: VideoView }>('PATCH', `/v1/videos/${id}`, { body: change });
  return { value: value.video, sequence };
}

export async function reprocessVideo(id: string): Promise<Answer<VideoView>> {
  const { value, sequence } = await call<{ video: VideoView }>('POST', `/v1/videos/${id}/reprocess`, { body: {} });
  return { value: value.video, sequence };
}

/** Outlives the page, since it may be sent when that is left. */
export async function deleteVideo(id: string): Promise<void> {
  await call('DELETE', `/v1/videos/${id}`, { keepalive: true });
}
