import { createStore, useStore } from './store.ts';

interface DialogState {
  open: boolean;
  /** Chosen or dropped, in the order they came. */
  files: readonly File[];
}

const dialog = createStore<DialogState>({ open: false, files: [] });

export function useUploadDialog(): DialogState {
  return useStore(dialog);
}

/** Opens the dialog, or adds to it when it is open. */
export function openUploadDialog(files: readonly File[]): void {
  dialog.set((now) => ({ open: true, files: [...now.files, ...files] }));
}

export function removeFile(file: File): void {
  dialog.set((now) => ({ ...now, files: now.files.filter((one) => one !== file) }));
}

export function closeUploadDialog(): void {
  dialog.set(() => ({ open: false, files: [] }));
}
