import type { Profiles } from '@rushes/shared/profiles';
import type { Storage } from '@rushes/shared/storage';
import type { PiecesDeps } from './pieces/ports.ts';

/** What the work needs from outside. */
export interface TranscoderDeps {
  storage: Pick<Storage, 'download' | 'put' | 'read'>;
  mediaBucket: string;
  /** `stallSeconds`: ffmpeg is stopped after so long without progress. */
  tools: { ffmpegPath: string; ffprobePath: string; stallSeconds?: number };
  profiles: Profiles;
  now(): Date;
  /** For sharing long videos with other workers; absent: each job is made by one. */
  pieces?: PiecesDeps | undefined;
}
