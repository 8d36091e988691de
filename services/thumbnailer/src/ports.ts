import type { Storage } from '@rushes/shared/storage';
import type { Render } from './core/arguments.ts';

/** The bucket that segments are read from and pictures are put into. */
export interface Media {
  storage: Pick<Storage, 'read' | 'readStream' | 'putFile' | 'put'>;
  bucket: string;
}

/** Runs ffmpeg on one local file; throws a Failure when it fails, the signal's reason when aborted. */
export type RunFfmpeg = (input: string, render: Render, signal: AbortSignal) => Promise<void>;
