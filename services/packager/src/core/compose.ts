import type { PackageFacts } from './facts.ts';
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
  text: string;
}

const HLS = 'application/vnd.apple.mpegurl';
const DASH = 'application/dash+xml';

/**
 * Every playlist and manifest of a package, in the order they are to be written: what a master names is there before it.
 * Pure: the same facts give the same bytes.
 */
export function composePackage(facts: PackageFacts): PackageDocument[] {
  const { folder } = facts;
  const options = { targetSeconds: targetSeconds([...facts.videos, ...facts.audios]) };
  const hls = (key: string, text: string): PackageDocument => ({ key, contentType: HLS, text });
  return [
    ...facts.audios.map((one) => hls(playlistKey(folder, one.id), mediaPlaylist(folder, one, options))),
    ...facts.subtitles.map((one) =>
      hls(playlistKey(folder, one.id), subtitlePlaylist(facts, one, contentMicros(facts))),
    ),
    ...facts.videos.flatMap((one) => [
      hls(playlistKey(folder, one.id), mediaPlaylist(folder, one, options)),
      hls(iframePlaylistKey(folder, one.id), iframePlaylist(folder, one)),
    ]),
    { key: manifestKey(folder), contentType: DASH, text: manifest(facts) },
    hls(masterKey(folder), masterPlaylist(facts)),
  ];
}
