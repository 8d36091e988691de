import type { types } from 'hls-parser';
import { contentSeconds, isGrowing, type PackageFacts, type TrackFacts, trackSeconds } from './facts.ts';
import { playlistKey } from './playlist.ts';
import { allTracks, each, findings, frameSeconds, notApplicable, type ReadPackage, type Rule } from './rules.ts';
import { resolveUri } from './uri.ts';

/** Seconds that a segment may be longer than the target duration (rule 7.7). */
const OVER_TARGET_SECONDS = 0.5;
/** Seconds between the boundaries of a picture and a sound segment that still count as aligned: two frames of AAC. */
const ALIGNED_SECONDS = 0.05;

/** Rules of the media, I-frame and subtitle playlists. */
export const playlistRules: readonly Rule[] = [
  {
    id: 'hls.playlists',
    level: 'must',
    says: 'each track has its playlist, and each segment of the facts is in it, once and in order',
    check: (read) =>
      each(allTracks(read), (track) => {
        const named = uris(read, playlistKey(read.facts.folder, track.id));
        const wanted = track.segments.map(({ key }) => key);
        return named.join('\n') === wanted.join('\n') ? null : `${track.id} names other segments than its facts`;
      }),
  },
  {
    id: '8.1',
    level: 'must',
    says: 'EXTINF durations add up to the content within one frame',
    check: (read) =>
      each(allTracks(read), (track) => {
        const sum = seconds(playlistOf(read, track));
        return Math.abs(sum - trackSeconds(track)) <= frameSeconds(track)
          ? null
          : `${track.id}: ${sum.toFixed(6)} s for ${trackSeconds(track).toFixed(6)} s`;
      }),
  },
  {
    id: '8.2',
    level: 'must',
    says: 'sound and picture have the same target duration',
    check: (read) => {
      const targets = new Set(allTracks(read).map((track) => playlistOf(read, track)?.targetDuration));
      return findings(targets.size === 1 ? [] : [`target durations are ${[...targets].join(', ')}`]);
    },
  },
  {
    id: '7.5',
    level: 'should',
    says: 'the target duration is 6 s',
    check: (read) => {
      if (allTracks(read).every(({ segments }) => segments.length <= 1)) return notApplicable;
      return each(read.facts.videos, (video) => {
        const target = playlistOf(read, video)?.targetDuration;
        return target === 6 ? null : `${video.id} has ${target} s`;
      });
    },
  },
  {
    id: '7.7',
    level: 'must',
    says: 'no segment is longer than the target duration by more than half a second',
    check: (read) =>
      each([...read.playlists], ([key, list]) =>
        list.segments.every(({ duration }) => duration <= list.targetDuration + OVER_TARGET_SECONDS)
          ? null
          : `${key} has a segment longer than ${list.targetDuration} s`,
      ),
  },
  {
    id: '8.6',
    level: 'must',
    says: 'finished playlists are VOD and end with ENDLIST; growing ones are EVENT, open, and played from the start',
    check: (read) =>
      each([...read.playlists], ([key, list]) => {
        if (!isGrowing(read.facts)) {
          return list.playlistType === 'VOD' && list.endlist ? null : `${key} is still open`;
        }
        const open = list.playlistType === 'EVENT' && !list.endlist && list.start?.offset === 0;
        return open ? null : `${key} is not one that grows`;
      }),
  },
  {
    id: '8.20',
    level: 'must',
    says: 'EXT-X-MAP names the init segment',
    check: (read) =>
      each(allTracks(read), (track) => {
        const key = playlistKey(read.facts.folder, track.id);
        const maps = playlistOf(read, track)?.segments.map(({ map }) => map?.uri) ?? [];
        return maps.every((uri) => uri !== undefined && resolveUri(key, uri) === track.track.init.key)
          ? null
          : `${key} lacks the init segment`;
      }),
  },
  {
    id: '8.22',
    level: 'must',
    says: 'segments of all renditions start at the same times',
    check: ({ facts }) => alignment(facts, facts.videos, 0),
  },
  {
    id: '8.22.audio',
    level: 'should',
    says: 'segments of sound start where those of the picture do',
    check: ({ facts }) => alignment(facts, facts.audios, ALIGNED_SECONDS),
  },
  {
    id: '5.5',
    level: 'must',
    says: 'subtitle playlists span the whole content',
    check: (read) =>
      each(read.facts.subtitles, ({ id }) => {
        const [picture] = read.facts.videos;
        const list = read.playlists.get(playlistKey(read.facts.folder, id));
        return picture !== undefined && Math.abs(seconds(list) - contentSeconds(read.facts)) <= frameSeconds(picture)
          ? null
          : `${id} lasts ${seconds(list).toFixed(3)} s`;
      }),
  },
];

function playlistOf(read: ReadPackage, { id }: TrackFacts): types.MediaPlaylist | undefined {
  return read.playlists.get(playlistKey(read.facts.folder, id));
}

function seconds(list: types.MediaPlaylist | undefined): number {
  return list?.segments.reduce((sum, { duration }) => sum + duration, 0) ?? 0;
}

function uris(read: ReadPackage, key: string): string[] {
  const list = read.playlists.get(key);
  return list === undefined ? [] : urisOf(key, list);
}

function urisOf(key: string, list: types.MediaPlaylist): string[] {
  return list.segments.map(({ uri }) => resolveUri(key, uri));
}

/** Tracks that grow are compared as far as both are. */
function alignment(facts: PackageFacts, others: readonly TrackFacts[], tolerance: number) {
  const [first] = facts.videos;
  if (first === undefined) return notApplicable;
  const starts = (track: TrackFacts) => track.segments.map(({ start }) => start / track.track.timescale);
  const wanted = starts(first);
  return each(
    others.filter((track) => track !== first),
    (track) => {
      const own = starts(track);
      const both = isGrowing(facts) ? Math.min(own.length, wanted.length) : wanted.length;
      const aligned =
        (isGrowing(facts) || own.length === wanted.length) &&
        own.slice(0, both).every((at, index) => Math.abs(at - (wanted[index] ?? 0)) <= tolerance);
      return aligned ? null : `${track.id} is cut otherwise than ${first.id}`;
    },
  );
}
