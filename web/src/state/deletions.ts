import type { VideoView } from '@rushes/shared/video';
import { deleteVideo } from '../api/client.ts';
import { createStore, useStore } from './store.ts';
import { tellTrouble, toasts } from './toasts.ts';

/** How long a deletion can be taken back, in milliseconds. Nothing is sent before. */
export const UNDO_MS = 10_000;

interface Pending {
  timer: ReturnType<typeof setTimeout>;
  toast: string;
}

const pending = new Map<string, Pending>();
/** What is deleted or about to be: shown nowhere, also while the catalog still lists it. */
const hidden = createStore<ReadonlySet<string>>(new Set());

export function useHidden(): ReadonlySet<string> {
  return useStore(hidden);
}

/** Hides a video at once and deletes it when the time to undo is over. */
export function deleteWithUndo({ id, title }: VideoView, onUndo: () => void): void {
  if (pending.has(id)) return;
  hidden.set((ids) => new Set([...ids, id]));
  const undo = () => {
    forget(id);
    show(id);
    onUndo();
  };
  const toast = toasts.add({
    title: `Deleted “${title}”`,
    description: 'Its files go for good in ten seconds.',
    timeout: 0,
    type: 'undo',
    actionProps: { children: 'Undo', onClick: undo },
    // Closing the message is no undo: it says that one need not wait.
    onClose: () => void commit(id),
  });
  pending.set(id, { toast, timer: setTimeout(() => commit(id), UNDO_MS) });
}

function forget(id: string): void {
  const entry = pending.get(id);
  if (entry === undefined) return;
  pending.delete(id);
  clearTimeout(entry.timer);
  toasts.close(entry.toast);
}

function show(id: string): void {
  hidden.set((ids) => new Set([...ids].filter((one) => one !== id)));
}

function commit(id: string): void {
  if (!pending.has(id)) return;
  forget(id);
  deleteVideo(id).catch((error: unknown) => {
    show(id);
    tellTrouble('The video could not be deleted', error);
  });
}

// Leaving the page is no undo either. The calls outlive the page.
window.addEventListener('pagehide', () => {
  for (const id of [...pending.keys()]) commit(id);
});
