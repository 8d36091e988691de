import type { Profiles } from '@rushes/shared/profiles';
import type { Storage } from '@rushes/shared/storage';
import type { SegmentAnnouncement } from '@rushes/shared/tracks';

/** What the work needs from outside. */
export interface TranscoderDeps {
  storage: Pick<Storage, 'download' | 'put' | 'read'>;
  mediaBucket: string;
  /** `stallSeconds`: ffmpeg is stopped after so long without progress. */
  tools: { ffmpegPath: string; ffprobePath: string; stallSeconds?: number };
  profiles: Profiles;
  /** Tells the packager what is stored of a video that is still being encoded. */
  announce(videoId: string, announcement: SegmentAnnouncement): Promise<void>;
  now(): Date;
}
