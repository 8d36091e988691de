import type { types } from 'hls-parser';
import type { PackageFacts } from './facts.ts';
import { each, notApplicable, type Rule } from './rules.ts';
import { resolveUri } from './uri.ts';

/** Rules that hold what the playlists name against what storage lists. */
export const storageRules: readonly Rule[] = [
  {
    id: 'storage.playlists',
    level: 'must',
    says: 'everything that a playlist names is in storage, as large as the facts say',
    check: (read) => {
      const named = [...read.playlists].flatMap(([key, list]) => [...urisOf(key, list), ...mapsOf(key, list)]);
      const wanted = factSizes(read.facts);
      return each([...new Set(named)], (key) => sizeProblem(read.sizes.get(key), wanted.get(key), key));
    },
  },
  {
    id: 'storage.mp4',
    level: 'must',
    says: 'the file for sharing is in storage, as large as its event says',
    check: ({ facts: { mp4 }, sizes }) =>
      mp4 == null ? notApplicable : each([mp4], ({ key, size }) => sizeProblem(sizes.get(key), size, key)),
  },
];

/** What an object that somebody names should weigh, and does. */
export function sizeProblem(stored: number | undefined, wanted: number | undefined, key: string): string | null {
  if (stored === undefined) return `${key} is missing`;
  if (wanted === undefined) return `${key} is in no facts`;
  return stored === wanted ? null : `${key} has ${stored} bytes and not ${wanted}`;
}

/** Bytes by key of every object that the facts name. */
export function factSizes(facts: PackageFacts): Map<string, number> {
  const tracks = [...facts.videos, ...facts.audios].flatMap(({ track, segments }): [string, number][] => [
    [track.init.key, track.init.bytes],
    ...segments.map(({ key, bytes }): [string, number] => [key, bytes]),
  ]);
  return new Map([...tracks, ...facts.subtitles.map(({ key, size }): [string, number] => [key, size])]);
}

function urisOf(key: string, list: types.MediaPlaylist): string[] {
  return list.segments.map(({ uri }) => resolveUri(key, uri));
}

function mapsOf(key: string, list: types.MediaPlaylist): string[] {
  return list.segments.flatMap(({ map }) => (map?.uri === undefined ? [] : [resolveUri(key, map.uri)]));
}
