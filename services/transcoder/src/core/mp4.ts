import type { PlannedAudio, PlannedMp4, PlannedRendition } from '@rushes/shared/events';
import { MP4_MAX_SHORT } from '@rushes/shared/profiles';
import type { WrittenTrack } from './results.ts';

/** Why a plan has no file for sharing although the profile wants one. */
export const WITHOUT_MP4 = `no file for sharing: no H.264 rendition of at most ${MP4_MAX_SHORT} lines`;

/**
 * Which tracks the file for sharing is put together from: the largest H.264 rendition of at most 720 lines, and the sound
 * that plays unasked, in stereo or mono and its best bit rate. Null where no rendition is that small. Pure.
 * @param audio as planned, the source's default first
 */
export function planMp4(h264: readonly PlannedRendition[], audio: readonly PlannedAudio[]): PlannedMp4 | null {
  const [rendition] = h264.filter((one) => shortOf(one) <= MP4_MAX_SHORT).toSorted((a, b) => shortOf(b) - shortOf(a));
  if (rendition === undefined) return null;
  const usual = audio.filter(({ channels }) => channels <= 2);
  const [sound] = usual
    .filter(({ sourceStream }) => sourceStream === usual[0]?.sourceStream)
    .toSorted((a, b) => b.bitrate - a.bitrate);
  const isLargest = h264.every((one) => shortOf(one) <= shortOf(rendition));
  return {
    rendition: rendition.id,
    audio: sound?.id ?? null,
    reason: isLargest ? 'the largest rendition' : `the largest rendition of at most ${MP4_MAX_SHORT} lines`,
  };
}

function shortOf({ width, height }: PlannedRendition): number {
  return Math.min(width, height);
}

/** The tracks of a planned file as they stand in storage, picture first. */
export function tracksOfMp4(planned: PlannedMp4, tracks: readonly WrittenTrack[]): WrittenTrack[] {
  const ids = [planned.rendition, ...(planned.audio === null ? [] : [planned.audio])];
  return ids.map((id) => {
    const found = tracks.find(({ spec }) => spec.id === id);
    if (found === undefined) throw new Error(`the plan's file for sharing names ${id}, which was not made`);
    return found;
  });
}

/** What ffmpeg is told to write of one file a track: nothing is encoded, the index stands in front, no word of who made it. */
export function mp4Options(tracks: number): string[] {
  return [
    ...Array.from({ length: tracks }, (_, index) => ['-map', `${index}:0`]).flat(),
    ...['-c', 'copy', '-map_metadata', '-1', '-map_chapters', '-1', '-fflags', '+bitexact'],
    ...['-movflags', '+faststart', '-f', 'mp4'],
  ];
}
