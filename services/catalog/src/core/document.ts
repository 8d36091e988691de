import { noVideo, present, type Video, type VideoState, type VideoStatus, type VideoView } from '@rushes/shared/video';
import { wordsOf } from './words.ts';

/** The view as it is stored: names in `metadata` are a person's own and may hold what a field name must not (`$`, `.`, NUL). */
type StoredView = Omit<VideoView, 'metadata'> & { metadata: { key: string; value: string }[] };

/** One video in the read model. */
export interface VideoDocument {
  /** The video's id. */
  _id: string;
  /** Sequence of the last event that was looked at, whether it changed anything or not: the ETag. */
  lastSeq: number;
  /** How often it was folded anew at the same `lastSeq`: without this nobody could tell. Absent: never. */
  revision?: number;
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
  revision: number;
  state: VideoState;
}

/** Which writing of a document it is: what was read may only be replaced while this is the same. */
export type Identity = Pick<Known, 'lastSeq' | 'revision'>;

/** A video that has no document. */
export const unseen: Known = { lastSeq: 0, revision: 0, state: noVideo };

/** @param cdnBaseUrl what object keys are appended to, without a slash at its end */
export function documentOf(video: Video, { lastSeq, revision }: Identity, cdnBaseUrl: string): VideoDocument {
  const view = present(video, cdnBaseUrl);
  const metadata = Object.entries(view.metadata).map(([key, value]) => ({ key, value }));
  return {
    _id: video.id,
    lastSeq,
    ...(revision === 0 ? {} : { revision }),
    state: stateText(video),
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

export function knownOf({
  lastSeq,
  revision = 0,
  state,
}: Pick<VideoDocument, 'lastSeq' | 'revision' | 'state'>): Known {
  const stored = JSON.parse(state) as Omit<Video, 'playing'> & { playing: Video['playing'] | typeof SAME };
  return {
    lastSeq,
    revision,
    state: { ...stored, playing: stored.playing === SAME ? stored.current : stored.playing },
  };
}

/** Stands for the generation that plays where that is the newest one: it is most of the text, and would be there twice. */
const SAME = 'current';

function stateText(video: Video): string {
  const isSame = video.playing?.number === video.current.number;
  return JSON.stringify(isSame ? { ...video, playing: SAME } : video);
}

/** The view as clients get it. */
export function viewOf({ view }: Pick<VideoDocument, 'view'>): VideoView {
  return { ...view, metadata: Object.fromEntries(view.metadata.map(({ key, value }) => [key, value])) };
}
