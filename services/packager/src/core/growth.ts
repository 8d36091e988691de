import type { Segment, Track } from '@rushes/shared/tracks';
import { iframeEntries, iframes, mapTag, segmentEntries } from './playlist.ts';
import { keyframeProblem } from './rules-tracks.ts';
import { microseconds, pieceMicros, roundedSeconds } from './time.ts';

/** What a playlist of ours says of itself. */
export interface ListedSoFar {
  /** It says that it grows, and has not ended. */
  isOpen: boolean;
  targetSeconds: number;
  entries: number;
  /** Microseconds that its entries last together. */
  micros: number;
}

export function listedSoFar(playlist: string): ListedSoFar {
  const lengths = [...playlist.matchAll(/^#EXTINF:(\d+)\.(\d{6}),$/gm)];
  return {
    isOpen: /^#EXT-X-PLAYLIST-TYPE:EVENT$/m.test(playlist) && !/^#EXT-X-ENDLIST$/m.test(playlist),
    targetSeconds: Number(/^#EXT-X-TARGETDURATION:(\d+)$/m.exec(playlist)?.[1]),
    entries: lengths.length,
    micros: lengths.reduce((sum, [, seconds, micros]) => sum + Number(seconds) * 1_000_000 + Number(micros), 0),
  };
}

/** The end of a track: its head, and its last segments in order, at least those that a playlist does not have yet. */
export interface TrackEnd {
  id: string;
  track: Track;
  segments: readonly Segment[];
}

export type Growth =
  /** `added` are the segments that `text` lists beyond the ones before. */
  | { kind: 'grown'; text: string; added: readonly Segment[] }
  /** It has ended, or holds all that the facts have, or more. */
  | { kind: 'current' }
  /** It cannot be gone on with: of another attempt that started from nothing, or of facts that are wrong. */
  | { kind: 'misfit'; why: string };

export type PlaylistKind = 'segments' | 'iframes';

/**
 * What becomes of a growing playlist, given the facts of its track. It is only ever appended to. Where it goes on is told by
 * time and not by keys: an attempt that went on after a crash may have made the last segments once more, in its own folder;
 * they are the same pictures at the same times for the same init, and what is listed stays as it is.
 * @param key of the playlist
 * @param folder in which everything that is named must stand, with a slash at its end
 */
export function grow(key: string, there: string, facts: TrackEnd, kind: PlaylistKind, folder: string): Growth {
  const { track } = facts;
  const listed = listedSoFar(there);
  const last = facts.segments.at(-1);
  const until = last === undefined ? 0 : microseconds(last.start + last.duration, track.timescale);
  if (!listed.isOpen || until <= listed.micros) return { kind: 'current' };
  const added = facts.segments.filter(({ start }) => microseconds(start, track.timescale) >= listed.micros);
  const why = misfit(there, key, { ...facts, segments: added }, kind, folder);
  if (why !== null) return { kind: 'misfit', why };
  const entriesOf = kind === 'iframes' ? iframeEntries : segmentEntries;
  const text = `${there}${entriesOf(key, added, track.timescale).join('\n')}\n`;
  return { kind: 'grown', text, added };
}

/** Why some segments cannot follow on a playlist; null: they can. */
function misfit(there: string, key: string, added: TrackEnd, kind: PlaylistKind, folder: string): string | null {
  const { segments, track } = added;
  const { micros, targetSeconds } = listedSoFar(there);
  if (!there.includes(`\n${mapTag(key, added)}\n`)) return `its init is not ${track.init.key}`;
  const [first] = segments;
  if (first === undefined || microseconds(first.start, track.timescale) !== micros) {
    return `no segment of the facts starts at its end, ${micros} µs`;
  }
  const gap = segments.find(({ start }, index) => {
    const before = segments[index - 1];
    return before !== undefined && start !== before.start + before.duration;
  });
  if (gap !== undefined) return `${gap.key} does not start where the one before it ends`;
  const foreign = segments.find((segment) => !segment.key.startsWith(folder));
  if (foreign !== undefined) return `${foreign.key} is outside ${folder}`;
  const keyframe = track.kind === 'video' ? keyframeProblem(added) : null;
  if (keyframe !== null) return keyframe;
  const pieces =
    kind === 'iframes' ? iframes(added) : segments.map(({ start, duration }) => ({ time: start, ticks: duration }));
  const longest = Math.max(...pieces.map((piece) => roundedSeconds(pieceMicros(piece, track.timescale))));
  return longest > targetSeconds ? `an entry of ${longest} s is above its target of ${targetSeconds} s` : null;
}

/** The playlist with its end, where it stands: EVENT still, since it was only ever added to. Null: it needs none. */
export function endedPlaylist(there: string): string | null {
  return listedSoFar(there).isOpen ? `${there}#EXT-X-ENDLIST\n` : null;
}
