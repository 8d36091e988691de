import { type Visibility, videoIdSchema } from '../events/index.ts';

export type MediaArea = 'hls' | 'dash' | 'segments' | 'thumbnails';

/** Where all media of a generation stand: `<videos|signed>/<videoId>/g<generation>`. Holds nothing a person typed. */
export function mediaFolder(visibility: Visibility, videoId: string, generation: number): string {
  return `${visibility === 'signed' ? 'signed' : 'videos'}/${videoId}/g${generation}`;
}

/**
 * The folder of one attempt at one rendition: attempts never write into each other's (S3 has no fencing).
 * @param attempt its number; with more behind it for an attempt at a piece alone
 */
export function segmentsFolder(mediaFolderKey: string, rendition: string, attempt: number | string): string {
  return `${mediaFolderKey}/segments/${rendition}/a${attempt}`;
}

/** All that was uploaded for a video, with the slash at its end. */
export function uploadFolder(videoId: string): string {
  return `uploads/${videoId}/`;
}

/** Where a browser puts a video, in the uploads bucket. */
export function sourceKey(videoId: string): string {
  return `${uploadFolder(videoId)}source`;
}

/** The video whose source stands at a key; null when the key is not one that `sourceKey` makes. */
export function videoOfSourceKey(key: string): string | null {
  const [, videoId] = /^uploads\/([^/]+)\/source$/.exec(key) ?? [];
  return videoId !== undefined && videoIdSchema.safeParse(videoId).success ? videoId : null;
}
