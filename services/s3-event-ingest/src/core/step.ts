import type { VideoState } from '@rushes/shared/video';

/**
 * What is to be done about an object that somebody told us of:
 * - `record`: it is the upload that the video waits for
 * - `settled`: the log has it already, or it is gone with its video
 * - `remove`: it came after its video was cancelled or deleted
 * - `missing`: it is not there, though the video waits for it (told too early, or removed again)
 * - `unknown`: no log knows the video, so the object is not ours to touch
 */
export type Step = 'record' | 'settled' | 'remove' | 'missing' | 'unknown';

/** Decides by the log and by whether the object is there. Pure. */
export function nextStep(state: VideoState, isThere: boolean): Step {
  if (state.status === 'none') return 'unknown';
  if (state.status === 'deleted' || state.upload.status === 'cancelled') return isThere ? 'remove' : 'settled';
  if (state.current.stored !== null) return 'settled';
  return isThere ? 'record' : 'missing';
}

/**
 * When the upload was finished: the store's time, but not before the video was asked for. Stores cut it to whole seconds,
 * and have clocks of their own.
 */
export function uploadedAt(lastModified: Date, createdAt: string): string {
  return new Date(Math.max(lastModified.getTime(), Date.parse(createdAt))).toISOString();
}
