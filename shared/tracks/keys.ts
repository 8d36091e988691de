import type { Visibility } from '../events/index.ts';

export type MediaArea = 'hls' | 'dash' | 'segments' | 'thumbnails';

/** Where all media of a generation stand: `<videos|signed>/<videoId>/g<generation>`. Holds nothing a person typed. */
export function mediaFolder(visibility: Visibility, videoId: string, generation: number): string {
  return `${visibility === 'signed' ? 'signed' : 'videos'}/${videoId}/g${generation}`;
}

/** The folder of one attempt at one rendition: attempts never write into each other's (S3 has no fencing). */
export function segmentsFolder(mediaFolderKey: string, rendition: string, attempt: number): string {
  return `${mediaFolderKey}/segments/${rendition}/a${attempt}`;
}
