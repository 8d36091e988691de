import type { AudioTrack, Rendition } from '@rushes/shared/events';
import type { Segment, Track } from '@rushes/shared/tracks';
import type { AudioFacts, PackageFacts, TrackFacts, VideoFacts } from './facts.ts';

/** Facts for tests: a phone clip of 14.014 s at 29.97 frames a second in GOPs of 60 frames, three a segment. */
export const FOLDER = 'videos/0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e/g1';

interface VideoOptions {
  id?: string;
  codec?: Rendition['codec'];
  codecs?: string;
  width?: number;
  height?: number;
  /** Bit/s, the same in every segment. */
  bitrate?: number;
  /** Frames of each segment; a frame lasts 1001 of 30000 ticks. */
  frames?: readonly number[];
}

export function sampleVideo(options: VideoOptions = {}): VideoFacts {
  const { id = 'h264-720', codec = 'h264', codecs = 'avc1.64001f', width = 1280, height = 720 } = options;
  const { bitrate = 2_500_000, frames = [180, 180, 60] } = options;
  const folder = `${FOLDER}/segments/${id}/a1`;
  let start = 0;
  const segments = frames.map((count, index): Segment => {
    const duration = count * 1001;
    const bytes = Math.round((bitrate * duration) / 30_000 / 8);
    const gops = Math.ceil(count / 60);
    const keyframes = Array.from({ length: gops }, (_, gop) => ({
      offset: Math.floor((bytes / gops) * gop),
      bytes: Math.max(1, Math.floor(bytes / gops / 8)),
      time: start + gop * 60_060,
    }));
    const segment = { key: `${folder}/${String(index + 1).padStart(5, '0')}.m4s`, start, duration, bytes, keyframes };
    start += duration;
    return segment;
  });
  const size = segments.reduce((sum, { bytes }) => sum + bytes, 812);
  const track = trackOf(
    { rendition: id, kind: 'video', codecs, width, height, frameRate: '30000/1001' },
    30_000,
    folder,
  );
  const rendition: Rendition = {
    id,
    codec,
    codecs,
    width,
    height,
    fps: 29.97,
    frameRate: '30000/1001',
    bitrate,
    peakBitrate: bitrate,
    size,
    track: `${folder}/track.json`,
  };
  return { id, rendition, track: { ...track, segments }, segments };
}

interface AudioOptions {
  id?: string;
  channels?: number;
  language?: string | null;
  label?: string;
  isDefault?: boolean;
  bitrate?: number;
  durations?: readonly number[];
}

export function sampleAudio(options: AudioOptions = {}): AudioFacts {
  const { id = 'aac-en', channels = 2, language = 'en', label = 'English', isDefault = true } = options;
  const { bitrate = 128_000, durations = [288_768, 288_768, 95_232] } = options;
  const folder = `${FOLDER}/segments/${id}/a1`;
  let start = 0;
  const segments = durations.map((duration, index): Segment => {
    const key = `${folder}/${String(index + 1).padStart(5, '0')}.m4s`;
    const segment = { key, start, duration, bytes: Math.ceil((bitrate * duration) / 48_000 / 8), keyframes: [] };
    start += duration;
    return segment;
  });
  const codecs = 'mp4a.40.2';
  const size = segments.reduce((sum, { bytes }) => sum + bytes, 812);
  const track = trackOf(
    { rendition: id, kind: 'audio', codecs, channels, sampleRate: 48_000, language },
    48_000,
    folder,
  );
  const audio: AudioTrack = {
    id,
    codec: 'aac',
    codecs,
    channels,
    bitrate,
    language,
    label,
    default: isDefault,
    size,
    track: `${folder}/track.json`,
  };
  return { id, audio, track: { ...track, segments }, segments };
}

function trackOf(
  fields: Pick<Track, 'rendition' | 'kind' | 'codecs'> & Partial<Track>,
  timescale: number,
  folder: string,
): Track {
  return {
    ...fields,
    timescale,
    init: { key: `${folder}/init.mp4`, bytes: 812 },
    segmentSeconds: 6.006,
    pages: [],
    segments: [],
    complete: true,
  };
}

/** A ladder of four with sound, the lowest of which plays with low-rate audio. */
export function samplePackage(changes: Partial<PackageFacts> = {}): PackageFacts {
  return {
    folder: FOLDER,
    tier: 'standard',
    durationSeconds: 14.014,
    videos: [
      sampleVideo({ id: 'h264-1080', codecs: 'avc1.640028', width: 1920, height: 1080, bitrate: 4_400_000 }),
      sampleVideo(),
      sampleVideo({ id: 'h264-480', codecs: 'avc1.64001e', width: 854, height: 480, bitrate: 1_100_000 }),
      sampleVideo({ id: 'h264-240', codecs: 'avc1.640015', width: 426, height: 240, bitrate: 110_000 }),
    ],
    audios: [sampleAudio(), sampleAudio({ id: 'aac-low-en', bitrate: 48_000 })],
    subtitles: [],
    ...changes,
  };
}

/** The first segments of a track that is still being written. */
export function beginning<Facts extends TrackFacts>(facts: Facts, segments: number): Facts {
  const kept = facts.segments.slice(0, segments);
  return { ...facts, track: { ...facts.track, segments: kept, complete: false }, segments: kept };
}

/** The tier `first` of a package: each of its tracks as far as told, in their order, the last number for all that follow. */
export function growing(facts: PackageFacts, ...segments: number[]): PackageFacts {
  const lengths = [...facts.videos, ...facts.audios].map((_, index) => segments[index] ?? segments.at(-1) ?? 2);
  return {
    ...facts,
    tier: 'first',
    videos: facts.videos.map((video, index) => beginning(video, lengths[index] ?? 2)),
    audios: facts.audios.map((audio, index) => beginning(audio, lengths[facts.videos.length + index] ?? 2)),
  };
}

/** What a listing of the media bucket says when everything is there: bytes by key. */
export function sampleSizes(facts: PackageFacts): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { track, segments } of [...facts.videos, ...facts.audios]) {
    sizes.set(track.init.key, track.init.bytes);
    for (const segment of segments) sizes.set(segment.key, segment.bytes);
  }
  for (const subtitle of facts.subtitles) sizes.set(subtitle.key, subtitle.size);
  if (facts.mp4 != null) sizes.set(facts.mp4.key, facts.mp4.size);
  return sizes;
}
