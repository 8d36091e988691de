import type { Plan, PlannedAudio, PlannedRendition, Source, SourceAudio } from '@rushes/shared/events';
import { ladder } from './ladder.ts';
import { isTransparent } from './picture.ts';
import { formatRate, fps, gopFramesOf, outputRate, parseRate } from './rate.ts';

/** GOPs of one segment: about six seconds. */
export const GOPS_PER_SEGMENT = 3;

const AUDIO_BITRATE = { stereo: 128_000, mono: 96_000, low: 48_000 };

/** Sound tracks offered; a film has a handful. */
const MAX_LANGUAGES = 16;

/**
 * What to make of a source. Every profile gives the H.264 ladder in one tier; the names `fast`, `web` and `max` are kept for
 * the codecs they will add. Pure: the same source and profile always give the same plan.
 */
export function plan(source: Source, profile: string): Plan {
  const rate = outputRate(parseRate(source.video.frameRate) ?? { num: 25, den: 1 });
  const gopFrames = gopFramesOf(rate);
  const rungs = ladder({ width: source.video.displayWidth, height: source.video.displayHeight }, fps(rate));
  const renditions = rungs.map(
    (rung): PlannedRendition => ({
      id: `h264-${rung.short}`,
      codec: 'h264',
      width: rung.width,
      height: rung.height,
      crf: rung.crf,
      maxrate: rung.maxrate,
      bufsize: rung.bufsize,
      mode: 'encode',
      reason: rung.reason,
    }),
  );
  return {
    profile,
    frameRate: formatRate(rate),
    gopFrames,
    segmentSeconds: Number(((GOPS_PER_SEGMENT * gopFrames * rate.den) / rate.num).toFixed(6)),
    tiers: [{ tier: 'standard', renditions: renditions.map((rendition) => rendition.id) }],
    renditions,
    audio: planAudio(
      source.audio,
      rungs.some((rung) => rung.low),
    ),
    subtitles: [],
    reasons: reasonsOf(source, fps(rate)),
  };
}

/** One track a language, and a second one of few bits for the rung that must play on the worst line. */
function planAudio(streams: readonly SourceAudio[], withLow: boolean): PlannedAudio[] {
  const chosen = choose(streams);
  const tracks = chosen.map((stream) =>
    track(stream, 'aac', stream.channels === 1 ? AUDIO_BITRATE.mono : AUDIO_BITRATE.stereo),
  );
  return withLow ? [...tracks, ...chosen.map((stream) => track(stream, 'aac-low', AUDIO_BITRATE.low))] : tracks;
}

function track(stream: SourceAudio, prefix: string, bitrate: number): PlannedAudio {
  return {
    id: `${prefix}-${stream.language ?? 'und'}`,
    codec: 'aac',
    channels: stream.channels === 1 ? 1 : 2,
    bitrate,
    language: stream.language,
    sourceStream: streamIndex(stream),
  };
}

/** The default track of each language, else its first; the source's default language first. */
function choose(streams: readonly SourceAudio[]): SourceAudio[] {
  const ordered = [...streams.filter((stream) => stream.default), ...streams.filter((stream) => !stream.default)];
  const byLanguage = new Map<string | null, SourceAudio>();
  for (const stream of ordered) if (!byLanguage.has(stream.language)) byLanguage.set(stream.language, stream);
  return [...byLanguage.values()].slice(0, MAX_LANGUAGES);
}

/** ffmpeg's index of a stream, which `inspect` keeps beside the fields of the contract. */
function streamIndex(stream: SourceAudio): number {
  if (typeof stream.index === 'number') return stream.index;
  throw new Error('an audio stream of the inspection has no index');
}

function reasonsOf(source: Source, framesPerSecond: number): string[] {
  const { video } = source;
  const skipped = source.audio.length - choose(source.audio).length;
  return [
    video.hdr !== null && isToneMapped(source) ? `${HDR_NAMES[video.hdr]} tone-mapped for SDR` : null,
    video.rotation !== 0 ? 'rotation applied' : null,
    video.sampleAspectRatio !== '1:1' ? `pixels of ${video.sampleAspectRatio} made square` : null,
    video.interlaced ? 'deinterlaced' : null,
    isTransparent(video) ? 'transparent parts made black' : null,
    video.variableFrameRate ? 'variable frame rate made constant' : null,
    Math.abs(framesPerSecond / video.fps - 1) > 0.01
      ? `frame rate changed from ${video.fps} to ${round(framesPerSecond)}`
      : null,
    source.audio.length === 0 ? 'no sound' : null,
    skipped > 0 ? `${skipped} further sound tracks of the same languages left out` : null,
  ].filter((reason) => reason !== null);
}

const HDR_NAMES = { pq: 'PQ', hlg: 'HLG', 'dolby-vision': 'Dolby Vision' } as const;

/** Dolby Vision without a base layer of PQ or HLG (profile 5) cannot be tone-mapped by what we have. */
export function isToneMapped(source: Source): boolean {
  const transfer = source.video.colorTransfer;
  return transfer === 'smpte2084' || transfer === 'arib-std-b67';
}

function round(value: number): number {
  return Number(value.toFixed(3));
}
