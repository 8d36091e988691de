import type { StageContext } from '@rushes/shared/stage';
import type { Storage } from '@rushes/shared/storage';

/** The bucket that playlists and manifests are published in. */
export interface Media {
  storage: Pick<Storage, 'read' | 'put' | 'list'>;
  bucket: string;
}

/** What publishing needs of a stage's context. */
export type PublishContext = Pick<StageContext, 'video' | 'job' | 'signal' | 'log' | 'progress'>;
