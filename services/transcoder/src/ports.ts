import type { Profiles } from '@rushes/shared/profiles';
import type { ScratchAccount } from '@rushes/shared/stage';
import type { Storage } from '@rushes/shared/storage';
import type { SegmentAnnouncement } from '@rushes/shared/tracks';
import type { PiecesDeps } from './pieces/ports.ts';

/** Whether renditions are measured when they are made. */
export const QUALITIES = ['none', 'vmaf'] as const;

/** What the work needs from outside. */
export interface TranscoderDeps {
  storage: Pick<Storage, 'download' | 'put' | 'putFile' | 'read' | 'readStream'>;
  mediaBucket: string;
  /** `stallSeconds`: ffmpeg is stopped after so long without progress. */
  tools: { ffmpegPath: string; ffprobePath: string; stallSeconds?: number };
  profiles: Profiles;
  /** Tells the packager what is stored of a video that is still being encoded. */
  announce(videoId: string, announcement: SegmentAnnouncement): Promise<void>;
  quality: (typeof QUALITIES)[number];
  /** Room beside what the job has reserved at its start. */
  scratch: Pick<ScratchAccount, 'reserve'>;
  now(): Date;
  /** For sharing long videos with other workers; absent: each job is made by one. */
  pieces?: PiecesDeps | undefined;
}
