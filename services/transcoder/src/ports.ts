import type { Storage } from '@rushes/shared/storage';

/** What the work needs from outside. */
export interface TranscoderDeps {
  storage: Storage;
  uploadsBucket: string;
  mediaBucket: string;
  tools: { ffmpegPath: string; ffprobePath: string };
  /** Milliseconds; only differences are used. */
  now(): number;
}
