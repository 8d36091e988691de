import { present, type Video, type VideoState, type VideoStatus, type VideoView } from '@rushes/shared/video';
import { wordsOf } from './words.ts';

/** The view as it is stored: names in `metadata` are a person's own and may hold what a field name must not (`$`, `.`, NUL). */
type StoredView = Omit<VideoView, 'metadata'> & { metadata: { key: string; value: string }[] };

/** One video in the read model. */
export interface VideoDocument {
  /** The video's id. */
  _id: string;
  /** Sequence of the last event that was looked at, whether it changed anything or not: the ETag. */
  lastSeq: number;
  /** The folded state as JSON text: only the projection reads it, and text comes back exactly as it was. */
  state: string;
  view: StoredView;
  /** Folded words of title, description and tags. */
  words: string[];
  title: string;
  tags: string[];
  status: VideoStatus;
  deleted: boolean;
  createdAt: Date;
  updatedAt: Date;
}

/** What the projection has to know of a video before it adds events. */
export interface Known {
  lastSeq: number;
  state: VideoState;
}

/** @param cdnBaseUrl what object keys are appended to, without a slash at its end */
export function documentOf(video: Video, lastSeq: number, cdnBaseUrl: string): VideoDocument {
  const view = present(video, cdnBaseUrl);
  const metadata = Object.entries(view.metadata).map(([key, value]) => ({ key, value }));
  return {
    _id: video.id,
    lastSeq,
    state: JSON.stringify(video),
    view: { ...view, metadata },
    words: wordsOf(video.title, video.description, ...video.tags),
    title: video.title,
    tags: video.tags,
    status: video.status,
    deleted: video.status === 'deleted',
    createdAt: new Date(video.createdAt),
    updatedAt: new Date(video.updatedAt),
  };
}

export function knownOf(document: Pick<VideoDocument, 'lastSeq' | 'state'>): Known {
  return { lastSeq: document.lastSeq, state: JSON.parse(document.state) as Video };
}

/** The view as clients get it. */
export function viewOf({ view }: Pick<VideoDocument, 'view'>): VideoView {
  return { ...view, metadata: Object.fromEntries(view.metadata.map(({ key, value }) => [key, value])) };
}
