import { isGrowing, type PackageFacts } from './facts.ts';
import { masterPlaylist } from './master.ts';
import { contentMicros, manifest, manifestKey } from './mpd.ts';
import {
  iframePlaylist,
  iframePlaylistKey,
  masterKey,
  mediaPlaylist,
  playlistKey,
  subtitlePlaylist,
  targetSeconds,
} from './playlist.ts';

/** One object to be written. */
export interface PackageDocument {
  key: string;
  contentType: string;
  cacheControl: string;
  text: string;
}

export const HLS = 'application/vnd.apple.mpegurl';
const DASH = 'application/dash+xml';

/** For how long caches may keep what changes: a growing document gains a segment every few seconds, a finished one renditions. */
export const CACHE_CONTROL = { growing: 'public, max-age=2', finished: 'public, max-age=60' } as const;

/**
 * Every playlist and manifest of a package, in the order they are to be written: what a master names is there before it.
 * Pure: the same facts give the same bytes. A package that grows has no manifest yet: a dynamic one would be played as live.
 */
export function composePackage(facts: PackageFacts): PackageDocument[] {
  const { folder } = facts;
  const growing = isGrowing(facts);
  const type = growing ? 'EVENT' : 'VOD';
  const options = { targetSeconds: targetSeconds([...facts.videos, ...facts.audios]), type } as const;
  const cacheControl = growing ? CACHE_CONTROL.growing : CACHE_CONTROL.finished;
  const hls = (key: string, text: string): PackageDocument => ({ key, contentType: HLS, cacheControl, text });
  return [
    ...facts.audios.map((one) => hls(playlistKey(folder, one.id), mediaPlaylist(folder, one, options))),
    ...facts.subtitles.map((one) =>
      hls(playlistKey(folder, one.id), subtitlePlaylist(facts, one, contentMicros(facts))),
    ),
    ...facts.videos.flatMap((one) => [
      hls(playlistKey(folder, one.id), mediaPlaylist(folder, one, options)),
      hls(iframePlaylistKey(folder, one.id), iframePlaylist(folder, one, options)),
    ]),
    ...(growing ? [] : [{ key: manifestKey(folder), contentType: DASH, cacheControl, text: manifest(facts) }]),
    hls(masterKey(folder), masterPlaylist(facts)),
  ];
}
