import type { Storage } from '@rushes/shared/storage';

/** What the work needs from outside. */
export interface TranscoderDeps {
  storage: Pick<Storage, 'download' | 'put'>;
  mediaBucket: string;
  tools: { ffmpegPath: string; ffprobePath: string };
  now(): Date;
}
