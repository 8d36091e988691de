import type { VideoView } from '@rushes/shared/video';
import { type FilterId, statusesOf } from './status.ts';

/** A video and the log sequence that it was read at: a lower one never replaces a higher one. */
export interface Known {
  readonly video: VideoView;
  readonly sequence: number;
}

/** What the library shows, newest first. */
export interface Listing {
  readonly items: readonly Known[];
  readonly nextCursor: string | null;
}

export interface Query {
  readonly q: string;
  readonly filter: FilterId;
}

/** Adds the next page; what has moved between two reads is not shown twice. */
export function appendPage(
  listing: Listing,
  page: { videos: readonly VideoView[]; nextCursor: string | null },
  sequence: number,
): Listing {
  const there = new Set(listing.items.map(({ video }) => video.id));
  const added = page.videos.filter(({ id }) => !there.has(id)).map((video) => ({ video, sequence }));
  return { items: [...listing.items, ...added], nextCursor: page.nextCursor };
}

/**
 * What a live message changes. A video of the list is replaced, or taken out when it no longer fits; a new one is put where
 * its date belongs, unless a search is on (only the catalog knows what fits a search) or it belongs below what is loaded.
 */
export function applyVideo(listing: Listing, { video, sequence }: Known, query: Query): Listing {
  const index = listing.items.findIndex((item) => item.video.id === video.id);
  const known = listing.items[index];
  if (known !== undefined) {
    if (sequence < known.sequence) return listing;
    const items = fits(video, query)
      ? listing.items.with(index, { video, sequence })
      : listing.items.toSpliced(index, 1);
    return { ...listing, items };
  }
  if (query.q !== '' || !fits(video, query)) return listing;
  const place = listing.items.findIndex((item) => isNewer(video, item.video));
  if (place === -1 && listing.nextCursor !== null) return listing;
  const at = place === -1 ? listing.items.length : place;
  return { ...listing, items: listing.items.toSpliced(at, 0, { video, sequence }) };
}

export function applyProgress(listing: Listing, progress: Progress): Listing {
  const index = listing.items.findIndex((item) => item.video.id === progress.videoId);
  const known = listing.items[index];
  if (known === undefined) return listing;
  const video = withProgress(known.video, progress);
  return video === known.video ? listing : { ...listing, items: listing.items.with(index, { ...known, video }) };
}

/** A message of how far a stage is; it is no history and has no sequence. */
export interface Progress {
  readonly videoId: string;
  readonly generation: number;
  readonly stage: string;
  readonly percent: number;
}

/** Percents of a stage or generation that is over come late, and change nothing. */
export function withProgress(video: VideoView, { generation, stage, percent }: Progress): VideoView {
  const { progress } = video;
  if (progress === null || progress.generation !== generation || progress.stage !== stage) return video;
  return progress.percent === percent ? video : { ...video, progress: { ...progress, percent } };
}

function fits(video: VideoView, { filter }: Query): boolean {
  if (video.status === 'deleted') return false;
  const statuses = statusesOf(filter);
  return statuses.length === 0 || statuses.includes(video.status);
}

/** Ids are UUIDv7, so they order what has the same date. */
function isNewer(a: VideoView, b: VideoView): boolean {
  return a.createdAt > b.createdAt || (a.createdAt === b.createdAt && a.id > b.id);
}
