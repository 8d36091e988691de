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
      ? listing.items.with(index, { video: keepProgress(known.video, video), sequence })
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

/** A message of how far a stage is with a tier; it is no history and has no sequence. */
export interface Progress {
  readonly videoId: string;
  readonly generation: number;
  readonly stage: string;
  readonly tier?: VideoProgress['tier'];
  readonly percent: number;
  readonly secondsLeft?: number | null;
}
type VideoProgress = NonNullable<VideoView['progress']>;

/** Messages of a stage, tier or generation that is over come late, and change nothing. What is shown goes forward only. */
export function withProgress(video: VideoView, told: Progress): VideoView {
  const { progress } = video;
  if (progress === null || progress.generation !== told.generation || progress.stage !== told.stage) return video;
  if ((told.tier ?? progress.tier) !== progress.tier) return video;
  const percent = Math.max(progress.percent, told.percent);
  const secondsLeft = told.secondsLeft ?? null;
  if (percent === progress.percent && secondsLeft === (progress.secondsLeft ?? null)) return video;
  return { ...video, progress: { ...progress, percent, secondsLeft } };
}

/** A newer answer as it is shown: a catalog that has heard nothing yet, and every upload-api, says 0 %. */
export function keepProgress(shown: VideoView | undefined, video: VideoView): VideoView {
  const before = shown?.id === video.id ? shown.progress : null;
  if (before === null || video.progress === null || before.percent <= video.progress.percent) return video;
  return withProgress(video, { videoId: video.id, ...before });
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
