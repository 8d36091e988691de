import { Failure } from '@rushes/shared/errors';
import { readTrackFacts } from '@rushes/shared/storage';
import type { Segment, SegmentAnnouncement } from '@rushes/shared/tracks';
import { CACHE_CONTROL, HLS } from './core/compose.ts';
import { grow, type ListedSoFar, listedSoFar, type PlaylistKind, type TrackEnd } from './core/growth.ts';
import { iframePlaylistKey, playlistKey } from './core/playlist.ts';
import type { GrowthDeps } from './grow.ts';
import { rewrite } from './rewrite.ts';

type Announced = SegmentAnnouncement['tracks'][number];

/** A track whose playlists are being made longer. */
interface Growing {
  deps: Omit<GrowthDeps, 'eventLog'>;
  folder: string;
  signal: AbortSignal;
  /** The track from a time in microseconds on, read once for both playlists. */
  factsFrom(micros: number): Promise<TrackEnd>;
  /** Whether segments are stored as the facts say. */
  areStored(segments: readonly Segment[]): Promise<boolean>;
}

/**
 * Makes the media playlist of a track, and of a picture the I-frame playlist, as long as the facts. Facts are read only when
 * there is more to list. What does not fit is told and left as it is, until the whole is published.
 * @returns the media playlist as it is now; null: there is none
 */
export async function growTrack(
  deps: Omit<GrowthDeps, 'eventLog'>,
  folder: string,
  announced: Announced,
  signal: AbortSignal,
): Promise<ListedSoFar | null> {
  const growing: Growing = { deps, folder, signal, ...lazily(deps, announced) };
  const key = playlistKey(folder, announced.rendition);
  const listed = await growList(growing, key, 'segments', ({ entries }) => entries >= announced.segments);
  if (listed === null) return null;
  const iframesKey = iframePlaylistKey(folder, announced.rendition);
  await growList(growing, iframesKey, 'iframes', ({ micros }) => micros >= listed.micros);
  return listed;
}

async function growList(
  growing: Growing,
  key: string,
  kind: PlaylistKind,
  isLongEnough: (listed: ListedSoFar) => boolean,
): Promise<ListedSoFar | null> {
  const { deps, folder, signal } = growing;
  let now: ListedSoFar | null = null;
  await rewrite(deps, { key, contentType: HLS, cacheControl: CACHE_CONTROL.growing }, signal, async (there) => {
    now = there === null ? null : listedSoFar(there);
    if (there === null || now === null || !now.isOpen || isLongEnough(now)) return null;
    const text = await grownText(growing, key, there, kind, `${folder}/segments/`);
    if (text !== null) now = listedSoFar(text);
    return text;
  });
  return now;
}

async function grownText(
  growing: Growing,
  key: string,
  there: string,
  kind: PlaylistKind,
  folder: string,
): Promise<string | null> {
  const { log } = growing.deps;
  try {
    const growth = grow(key, there, await growing.factsFrom(listedSoFar(there).micros), kind, folder);
    if (growth.kind === 'current') return null;
    if (growth.kind === 'grown' && (await growing.areStored(growth.added))) return growth.text;
    const why = growth.kind === 'misfit' ? growth.why : 'the facts name segments that are not stored';
    if (isNew(growing.deps.told, `${key} ${why}`)) log.warn({ key, why }, 'a playlist does not grow');
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'package_invalid') throw error;
    const { detail } = error;
    if (isNew(growing.deps.told, `${key} ${detail}`)) log.error({ key, detail }, 'a playlist does not grow');
  }
  return null;
}

/** Remembers a few thousand; then the oldest trouble is told again. */
function isNew(told: Set<string>, text: string): boolean {
  if (told.has(text)) return false;
  if (told.size >= 2_000) told.clear();
  told.add(text);
  return true;
}

function lazily(
  { storage, bucket }: Omit<GrowthDeps, 'eventLog'>,
  { rendition, track: key }: Announced,
): Pick<Growing, 'factsFrom' | 'areStored'> {
  let read: { from: number; facts: TrackEnd } | undefined;
  const stored = new Set<string>();
  return {
    async factsFrom(micros) {
      if (read === undefined || read.from > micros) {
        const facts = await readTrackFacts(storage, bucket, key, { fromSeconds: micros / 1_000_000 });
        read = { from: micros, facts: { id: rendition, ...facts } };
      }
      return read.facts;
    },
    async areStored(segments) {
      for (const { key: segment, bytes } of segments) {
        if (stored.has(segment)) continue;
        if ((await storage.head(bucket, segment))?.size !== bytes) return false;
        stored.add(segment);
      }
      return true;
    },
  };
}
