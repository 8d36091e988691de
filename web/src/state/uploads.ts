import type { UploadView } from '@rushes/shared/http/schemas';
import { cancelUpload, createVideo, renewUpload, TroubleError } from '../api/client.ts';
import { putFile } from '../api/put.ts';
import { contentTypeOf, shortFilename } from '../core/file.ts';
import { type Trouble, troubleOfStorage } from '../core/problems.ts';
import { isBusy, nextUpload, reduceUpload, type UploadAction, type UploadItem } from '../core/upload-state.ts';
import { createStore, useStore } from './store.ts';
import { tellTrouble } from './toasts.ts';

/** Uploads of this visit. They go on while one moves about in the Studio. */
const uploads = createStore<readonly UploadItem[]>([]);
/** Files and abort handles are no state: they cannot be compared or shown. */
const files = new Map<string, File>();
const aborts = new Map<string, AbortController>();
const announcements = new Map<string, (videoId: string) => void>();

export interface Wish {
  file: File;
  title: string;
  description: string;
}

export function useUploads(): readonly UploadItem[] {
  return useStore(uploads);
}

export function useUploadOf(videoId: string): UploadItem | undefined {
  return useUploads().find((item) => item.videoId === videoId);
}

/** How long a finished upload stays in the tray, in milliseconds. */
const REST_MS = 8_000;

/** Puts files in the queue. @param onRegistered told of each that has become a video */
export function startUploads(wishes: readonly Wish[], onRegistered: (videoId: string) => void = () => {}): void {
  const items = wishes.map(({ file, title, description }): UploadItem => {
    const key = newKey();
    files.set(key, file);
    announcements.set(key, onRegistered);
    return {
      key,
      title,
      description,
      filename: shortFilename(file.name),
      contentType: contentTypeOf(file),
      size: file.size,
      videoId: null,
      phase: { name: 'queued' },
    };
  });
  uploads.set((all) => [...all, ...items]);
  advance();
}

/** Ends an upload, on both sides. One that is uploaded already stays. */
export function cancel(key: string): void {
  const item = find(key);
  if (item === undefined) return;
  dispatch(key, { type: 'cancel' });
  aborts.get(key)?.abort();
  if (item.videoId !== null) {
    cancelUpload(item.videoId).catch((error: unknown) => {
      const there = error instanceof TroubleError && error.trouble.code === 'already_uploaded';
      if (!there) tellTrouble('The upload could not be cancelled', error);
    });
  }
  advance();
}

export function retry(key: string): void {
  dispatch(key, { type: 'retry' });
  advance();
}

/** Takes what is over out of the tray. */
export function dismissFinished(): void {
  uploads.set((all) => all.filter(isBusy));
  for (const key of files.keys()) if (find(key) === undefined) files.delete(key);
}

/** What went well need not be closed by hand; what did not stays. */
function dismissQuietly(): void {
  if (!uploads.get().some((item) => isBusy(item) || item.phase.name === 'failed')) dismissFinished();
}

function find(key: string): UploadItem | undefined {
  return uploads.get().find((item) => item.key === key);
}

function dispatch(key: string, action: UploadAction): void {
  uploads.set((all) => all.map((item) => (item.key === key ? reduceUpload(item, action) : item)));
}

function advance(): void {
  const item = nextUpload(uploads.get());
  const file = item === undefined ? undefined : files.get(item.key);
  if (item === undefined || file === undefined) return;
  dispatch(item.key, { type: 'prepare' });
  run(item, file)
    .then((trouble) => dispatch(item.key, trouble === null ? { type: 'finished' } : { type: 'failed', trouble }))
    .catch((error: unknown) => dispatch(item.key, { type: 'failed', trouble: troubleOf(error) }))
    .finally(() => {
      advance();
      setTimeout(dismissQuietly, REST_MS);
    });
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof TroubleError) return error.trouble;
  return { title: 'The upload stopped', detail: String(error), code: 'unknown', status: 0, fields: {} };
}

/** Registers and sends one file; null when it is there. */
async function run(item: UploadItem, file: File): Promise<Trouble | null> {
  const { key, title, description, filename, contentType, size } = item;
  const { video, upload } = await createVideo(
    { title, description, filename, contentType, size, strategy: 'single' },
    key,
  );
  // Cancelled while it was being registered.
  if (find(key)?.phase.name !== 'preparing') {
    await cancelUpload(video.id);
    return null;
  }
  dispatch(key, { type: 'registered', videoId: video.id });
  announcements.get(key)?.(video.id);
  announcements.delete(key);
  const first = await send(key, file, upload);
  // 403 is an expired link in nearly all cases, such as a laptop that slept: one fresh link settles it.
  return first?.status === 403 ? send(key, file, await renewUpload(video.id)) : first;
}

async function send(key: string, file: File, upload: UploadView): Promise<Trouble | null> {
  if (upload.strategy !== 'single') throw new Error('the API offered an upload in parts, which was not asked for');
  const abort = new AbortController();
  aborts.set(key, abort);
  const { status, body } = await putFile({
    url: upload.url,
    headers: upload.headers,
    file,
    signal: abort.signal,
    onProgress: (loaded) => dispatch(key, { type: 'sent', loaded, at: performance.now() / 1000 }),
  });
  aborts.delete(key);
  // 412: the object is there already, from a try whose answer was lost.
  return (status >= 200 && status < 300) || status === 412 ? null : troubleOfStorage(status, body);
}

/** A random UUID; crypto.randomUUID is there only in secure contexts, and a Studio in a local network may have none. */
function newKey(): string {
  if (crypto.randomUUID !== undefined) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

window.addEventListener('beforeunload', (event) => {
  if (uploads.get().some(isBusy)) event.preventDefault();
});
