import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { VideoView } from '@rushes/shared/video';

/** The public API as a client uses it: nothing here knows anything of the inside. */
export interface Api {
  origin: string;
}

export interface Created {
  video: VideoView;
  upload: { url: string; headers: Record<string, string>; method: string; expiresAt: string; closesAt: string };
}

export async function call(
  api: Api,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${api.origin}${path}`, {
    method,
    redirect: 'manual',
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json =
    text !== '' && (response.headers.get('content-type') ?? '').includes('json') ? JSON.parse(text) : undefined;
  return { status: response.status, headers: response.headers, json, text };
}

/** Registers a file, of which H.264 alone is made unless the test asks for more; the answer of the API. */
export async function register(
  api: Api,
  path: string,
  more: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<Created> {
  const { size } = await stat(path);
  const body = {
    title: basename(path),
    filename: basename(path),
    contentType: 'video/mp4',
    size,
    profile: 'fast',
    ...more,
  };
  const answer = await call(api, 'POST', '/v1/videos', body, headers);
  if (answer.status !== 201) throw new Error(`registering ${path}: ${answer.status} ${answer.text}`);
  return answer.json as Created;
}

/** PUTs a file to its presigned link; the store's status. */
export async function put(created: Created, path: string): Promise<number> {
  const response = await fetch(created.upload.url, {
    method: 'PUT',
    headers: created.upload.headers,
    body: await readFile(path),
  });
  await response.arrayBuffer();
  return response.status;
}

export async function getVideo(api: Api, id: string): Promise<VideoView> {
  const answer = await call(api, 'GET', `/v1/videos/${id}`);
  if (answer.status !== 200) throw new Error(`reading ${id}: ${answer.status} ${answer.text}`);
  return answer.json as VideoView;
}

export interface StoredEvent {
  id: string;
  type: string;
  time: string;
  generation: number;
  data: Record<string, unknown>;
}

export async function getEvents(api: Api, id: string): Promise<StoredEvent[]> {
  const answer = await call(api, 'GET', `/v1/videos/${id}/events`);
  if (answer.status !== 200) throw new Error(`history of ${id}: ${answer.status} ${answer.text}`);
  return answer.json.events as StoredEvent[];
}

/** Polls until the condition holds; the error says what was there last. */
export async function until<T>(
  what: string,
  read: () => Promise<T>,
  holds: (value: T) => boolean,
  seconds = 60,
): Promise<T> {
  const giveUp = Date.now() + seconds * 1_000;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > giveUp)
      throw new Error(`waited ${seconds} s for ${what}; last: ${JSON.stringify(value)?.slice(0, 2_000)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Waits until a video is finished, one way or the other. */
export function untilDone(api: Api, id: string, seconds = 90): Promise<VideoView> {
  return until(
    `video ${id} to be done`,
    () => getVideo(api, id),
    (video) => video.final || ['failed', 'cancelled', 'expired', 'deleted'].includes(video.status),
    seconds,
  );
}

/** Registers, uploads and waits. */
export async function process(api: Api, path: string, more: Record<string, unknown> = {}): Promise<VideoView> {
  const created = await register(api, path, more);
  const status = await put(created, path);
  if (status !== 200) throw new Error(`PUT of ${path}: ${status}`);
  return untilDone(api, created.video.id);
}
