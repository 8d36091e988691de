import type { types } from 'hls-parser';
import { averageBandwidth, peakBandwidth } from './bandwidth.ts';
import type { VideoFacts } from './facts.ts';
import { iframePlaylistKey, masterKey, playlistKey } from './playlist.ts';
import { each, type ReadPackage } from './rules.ts';
import { resolveUri } from './uri.ts';

/** Share by which a measured rate may differ from the announced one (rules 1.26, 1.27). */
const RATE_TOLERANCE = 0.1;

export function variants({ master }: ReadPackage): types.Variant[] {
  return master.variants.filter(({ isIFrameOnly }) => !isIFrameOnly);
}

export function keyOf(read: ReadPackage, { uri }: { uri: string }): string {
  return resolveUri(masterKey(read.facts.folder), uri);
}

function videoOf(read: ReadPackage, variant: types.Variant): VideoFacts | undefined {
  const { folder, videos } = read.facts;
  const keys = variant.isIFrameOnly ? iframePlaylistKey : playlistKey;
  return videos.find(({ id }) => keys(folder, id) === keyOf(read, variant));
}

export function variantsAndIframes(read: ReadPackage) {
  return read.master.variants.map((variant) => ({ variant, video: videoOf(read, variant) }));
}

export function eachVariant(
  read: ReadPackage,
  problemOf: (variant: types.Variant, video: VideoFacts) => string | null,
) {
  return each(variants(read), (variant) => {
    const video = videoOf(read, variant);
    return video === undefined ? `${variant.uri} is no rendition of this video` : problemOf(variant, video);
  });
}

export function audioCodecs(read: ReadPackage, uri: string | undefined): string | undefined {
  return read.facts.audios.find(({ id }) => `${id}.m3u8` === uri)?.audio.codecs;
}

/** Measures a variant anew: durations as the playlists say them, bytes as storage says them. */
export function measured(
  read: ReadPackage,
  variant: types.Variant,
  video: VideoFacts,
  what: 'peak' | 'average',
): number {
  const members = variant.audio.map(({ uri }) => rate(read, resolveUri(masterKey(read.facts.folder), uri ?? ''), what));
  const subtitles = read.facts.subtitles.map(({ id }) => rate(read, playlistKey(read.facts.folder, id), what));
  return (
    rate(read, playlistKey(read.facts.folder, video.id), what) + Math.max(0, ...members) + Math.max(0, ...subtitles)
  );
}

function rate(read: ReadPackage, key: string, what: 'peak' | 'average'): number {
  const list = read.playlists.get(key);
  const pieces = (list?.segments ?? []).map(({ uri, duration }) => ({
    ticks: Math.round(duration * 1_000_000),
    bytes: read.sizes.get(resolveUri(key, uri)) ?? 0,
  }));
  return what === 'peak'
    ? peakBandwidth(pieces, 1_000_000, list?.targetDuration ?? 1)
    : averageBandwidth(pieces, 1_000_000);
}

export function rateProblem(uri: string, said: number, found: number): string | null {
  return Math.abs(found - said) <= said * RATE_TOLERANCE ? null : `${uri} says ${said} and has ${found} bit/s`;
}
