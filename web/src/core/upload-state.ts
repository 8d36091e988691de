import type { Trouble } from './problems.ts';
import { noPace, notePace, type Pace } from './speed.ts';

/**
 * One upload, from the chosen file to the finished object.
 *
 *   queued ──► preparing ──► sending ──► done
 *      │           │            │
 *      └───────────┴────────────┴──► cancelled        preparing, sending ──► failed ──(retry)──► queued
 */
export type UploadPhase =
  | { readonly name: 'queued' }
  | { readonly name: 'preparing' }
  | { readonly name: 'sending'; readonly loaded: number; readonly pace: Pace }
  | { readonly name: 'done' }
  | { readonly name: 'failed'; readonly trouble: Trouble }
  | { readonly name: 'cancelled' };

export interface UploadItem {
  /** Also the Idempotency-Key: registering the same item twice gives the same video. */
  readonly key: string;
  readonly title: string;
  readonly description: string;
  readonly filename: string;
  readonly contentType: string;
  /** Bytes. */
  readonly size: number;
  /** Known once it is registered. */
  readonly videoId: string | null;
  readonly phase: UploadPhase;
}

export type UploadAction =
  | { type: 'prepare' }
  | { type: 'registered'; videoId: string }
  /** @property at seconds on a steady clock */
  | { type: 'sent'; loaded: number; at: number }
  | { type: 'finished' }
  | { type: 'failed'; trouble: Trouble }
  | { type: 'cancel' }
  | { type: 'retry' };

/** A late message of a cancelled or finished upload changes nothing. */
export function reduceUpload(item: UploadItem, action: UploadAction): UploadItem {
  const { phase } = item;
  switch (action.type) {
    case 'prepare':
      return phase.name === 'queued' ? { ...item, phase: { name: 'preparing' } } : item;
    case 'registered':
      return phase.name === 'preparing'
        ? { ...item, videoId: action.videoId, phase: { name: 'sending', loaded: 0, pace: noPace } }
        : item;
    case 'sent':
      return phase.name === 'sending'
        ? {
            ...item,
            phase: { name: 'sending', loaded: action.loaded, pace: notePace(phase.pace, action.at, action.loaded) },
          }
        : item;
    case 'finished':
      return phase.name === 'sending' ? { ...item, phase: { name: 'done' } } : item;
    case 'failed':
      return isBusy(item) ? { ...item, phase: { name: 'failed', trouble: action.trouble } } : item;
    case 'cancel':
      return phase.name === 'done' ? item : { ...item, phase: { name: 'cancelled' } };
    case 'retry':
      return phase.name === 'failed' ? { ...item, phase: { name: 'queued' } } : item;
    default:
      return action satisfies never;
  }
}

/** Something is under way that leaving the page would lose. */
export function isBusy({ phase }: UploadItem): boolean {
  return phase.name === 'queued' || phase.name === 'preparing' || phase.name === 'sending';
}

/** The next to send: one after another, so that the first is there as soon as possible. */
export function nextUpload(items: readonly UploadItem[]): UploadItem | undefined {
  const running = items.some(({ phase }) => phase.name === 'preparing' || phase.name === 'sending');
  return running ? undefined : items.find(({ phase }) => phase.name === 'queued');
}

/** 0–100. */
export function percentOf({ phase, size }: UploadItem): number {
  if (phase.name === 'done') return 100;
  return phase.name === 'sending' ? (100 * phase.loaded) / size : 0;
}
