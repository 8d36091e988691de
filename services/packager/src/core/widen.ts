import type { AudioTrack, Plan, PlannedAudio, PlannedRendition, Rendition } from '@rushes/shared/events';
import type { SegmentAnnouncement } from '@rushes/shared/tracks';
import type { Video } from '@rushes/shared/video';
import { averageBandwidth, peakBandwidth } from './bandwidth.ts';
import { type AudioFacts, framesPerSecond, type PackageFacts, type TrackFacts, type VideoFacts } from './facts.ts';
import type { ListedSoFar } from './growth.ts';
import { FIRST_SEGMENTS } from './rules-tracks.ts';

/** Ids of the tracks that a master names: of its variants' pictures, and of everything. */
export function namedIn(master: string): { pictures: Set<string>; all: Set<string> } {
  const idOf = (uri: string) => decodeURIComponent(uri.replace(/\.m3u8$/, ''));
  const pictures = master.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const others = [...master.matchAll(/[:,]URI="([^"]+)"/g)].map(([, uri = '']) => uri);
  return { pictures: new Set(pictures.map(idOf)), all: new Set([...pictures, ...others].map(idOf)) };
}

type Announced = SegmentAnnouncement['tracks'];

/**
 * Tracks that are to be listed beside what a master lists already: pictures once they are as long as the shortest listed one,
 * and with them the sounds that are. None while no picture joins, and none once a listed playlist has ended: then the
 * whole is being published.
 * @param playlists of tracks by their id, as far as they are there
 */
export function joining(
  announced: Announced,
  master: string,
  playlists: ReadonlyMap<string, ListedSoFar>,
  plan: Pick<Plan, 'renditions'>,
): string[] {
  const { pictures, all } = namedIn(master);
  const listed = [...pictures].flatMap((id) => playlists.get(id) ?? []);
  if (listed.length < pictures.size || listed.some(({ isOpen }) => !isOpen)) return [];
  const shortest = Math.max(FIRST_SEGMENTS, Math.min(...listed.map(({ entries }) => entries)));
  const ready = announced.filter(({ rendition, segments }) => segments >= shortest && !all.has(rendition));
  const planned = new Set(plan.renditions.map(({ id }) => id));
  return ready.some(({ rendition }) => planned.has(rendition)) ? ready.map(({ rendition }) => rendition) : [];
}

/** A track that a wider package is to hold, and where its facts are. */
export interface WantedTrack {
  id: string;
  /** Key of its `track.json`, of the newest attempt. */
  track: string;
}

/** Every track of the wider package: what `first` was published with, what the master names by now, and what joins. */
export function wantedTracks(video: Video, announced: Announced, master: string, joiners: readonly string[]) {
  const { renditions = [], audio = [] } = video.current.thumbnailed ?? {};
  const keys = new Map([...renditions, ...audio].map(({ id, track }) => [id, track]));
  for (const { rendition, track } of announced) {
    if (keys.has(rendition) || namedIn(master).all.has(rendition) || joiners.includes(rendition)) {
      keys.set(rendition, track);
    }
  }
  return [...keys].map(([id, track]): WantedTrack => ({ id, track }));
}

/**
 * The facts of the wider package. What the events have not described is described from its own facts and the plan.
 * @returns null where the plan lacks a track, so that it cannot be described
 */
export function widerFacts(
  video: Video,
  folder: string,
  tracks: readonly (WantedTrack & { facts: TrackFacts })[],
): PackageFacts | null {
  const { inspected, thumbnailed } = video.current;
  if (inspected === null || thumbnailed === null) return null;
  const { plan, source } = inspected;
  const videos: VideoFacts[] = [];
  const audios: AudioFacts[] = [];
  // In the plan's order, so that what joins stands where it will stand in the end.
  for (const planned of plan.renditions) {
    const found = tracks.find(({ id }) => id === planned.id);
    if (found === undefined) continue;
    const known = thumbnailed.renditions?.find(({ id }) => id === planned.id);
    videos.push({ ...found.facts, rendition: known ?? renditionOf(planned, found) });
  }
  for (const planned of plan.audio) {
    const found = tracks.find(({ id }) => id === planned.id);
    if (found === undefined) continue;
    const known = thumbnailed.audio?.find(({ id }) => id === planned.id);
    audios.push({ ...found.facts, audio: known ?? audioOf(planned, found, thumbnailed.audio ?? []) });
  }
  if (videos.length + audios.length < tracks.length) return null;
  const durationSeconds = thumbnailed.durationSeconds ?? source.durationSeconds;
  return { folder, tier: 'first', durationSeconds, videos, audios, subtitles: thumbnailed.subtitles ?? [] };
}

type Described = WantedTrack & { facts: TrackFacts };

function measured({ track, segments }: TrackFacts) {
  const pieces = segments.map(({ duration, bytes }) => ({ ticks: duration, bytes }));
  return {
    bitrate: averageBandwidth(pieces, track.timescale),
    peak: peakBandwidth(pieces, track.timescale, Math.round(track.segmentSeconds)),
    size: segments.reduce((sum, { bytes }) => sum + bytes, track.init.bytes),
  };
}

function renditionOf({ id, codec, width, height, maxrate }: PlannedRendition, { track, facts }: Described): Rendition {
  const { codecs, frameRate = '30' } = facts.track;
  const { bitrate, peak, size } = measured(facts);
  const fps = Number(framesPerSecond(frameRate).toFixed(3));
  const peakBitrate = Math.max(maxrate, peak);
  return { id, codec, codecs, width, height, fps, frameRate, bitrate, peakBitrate, size, track, vmaf: null };
}

/** A second track of a language that is listed already, as the low-rate one is, carries the first one's name. */
function audioOf(planned: PlannedAudio, { track, facts }: Described, listed: readonly AudioTrack[]): AudioTrack {
  const { id, codec, channels, language } = planned;
  const { bitrate, size } = measured(facts);
  const sibling = listed.find((one) => one.language === language);
  const label = sibling?.label ?? language ?? '';
  return {
    ...{ id, codec, codecs: facts.track.codecs, channels, bitrate, language },
    ...{ label, default: sibling?.default ?? false, size, track },
  };
}
