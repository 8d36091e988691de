import { Failure } from '@rushes/shared/errors';
import type { Source, SourceAudio, SourceVideo, Warning } from '@rushes/shared/events';
import type { FrameTiming, ProbedFile, ProbedStream } from '@rushes/shared/media';
import { languageOf } from './language.ts';
import { bitDepthOf, displaySizeOf, hdrOf, isInterlaced, rotationOf, sampleAspectOf } from './picture.ts';
import { formatRate, fps, parseRate, type Rate, rateOf, snap } from './rate.ts';

export type Inspection = { kind: 'video'; source: Source; warnings: Warning[] } | { kind: 'refused'; failure: Failure };

export interface Limits {
  maxPixels: number;
  maxDurationSeconds: number;
}

/** Bytes of texts taken from the file; the excess is cut. */
const TEXT_LENGTH = 200;
const MAX_WARNINGS = 50;

/**
 * What the file is, from ffprobe's answer and the measured spacing of its pictures; or why it is refused. Pure.
 * @param file ffprobe's answer
 * @param timing of the first video stream that is no cover art; null when it could not be measured
 * @param size bytes of the object
 */
export function inspect(file: ProbedFile, timing: FrameTiming | null, size: number, limits: Limits): Inspection {
  const stream = file.streams.find((candidate) => candidate.codec_type === 'video' && !isPicture(candidate));
  if (stream === undefined) return refused('no_video_stream');
  const { width, height } = stream;
  if (stream.codec_name === undefined || stream.codec_name === 'unknown') return refused('unsupported_codec');
  if (width === undefined || height === undefined || width < 1 || height < 1)
    return refused('corrupt', 'the picture has no size');
  if (width * height > limits.maxPixels) return refused('too_large', `${width}x${height}`);
  const durationSeconds = durationOf(file, stream, timing);
  if (durationSeconds === null) return refused('corrupt', 'no pictures could be read');
  if (durationSeconds > limits.maxDurationSeconds) return refused('too_long', `${durationSeconds} s`);
  const warnings: Warning[] = [];
  const video = videoOf(stream, { width, height, codec: stream.codec_name }, timing, containerStart(file));
  if (video.variableFrameRate) warnings.push(variableRate(video.fps));
  const source: Source = {
    container: (file.format.format_name ?? 'unknown').split(',').slice(0, 2).join(','),
    durationSeconds,
    size,
    bitrate: Math.round(file.format.bit_rate ?? (size * 8) / durationSeconds),
    video,
    audio: audioOf(file, warnings),
    subtitles: subtitlesOf(file),
  };
  return { kind: 'video', source, warnings: warnings.slice(0, MAX_WARNINGS) };
}

function refused(code: Failure['code'], detail?: string): Inspection {
  return { kind: 'refused', failure: new Failure(code, detail === undefined ? {} : { detail }) };
}

/** Cover art is a video stream to ffprobe. */
function isPicture(stream: ProbedStream): boolean {
  return stream.disposition.attached_pic === 1 || stream.disposition.timed_thumbnails === 1;
}

function durationOf(file: ProbedFile, stream: ProbedStream, timing: FrameTiming | null): number | null {
  const measured = timing?.end == null ? undefined : timing.end - containerStart(file);
  const found = [file.format.duration, stream.duration, measured].find((value) => value !== undefined && value > 0);
  return found === undefined ? null : round(found, 6);
}

function containerStart(file: ProbedFile): number {
  return file.format.start_time ?? 0;
}

function videoOf(
  stream: ProbedStream,
  known: { width: number; height: number; codec: string },
  timing: FrameTiming | null,
  origin: number,
): SourceVideo {
  const interlaced = isInterlaced(stream);
  const nominal = nominalRate(stream, timing, interlaced);
  const rate = snap(nominal);
  const rotation = rotationOf(stream);
  const sampleAspect = sampleAspectOf(stream.sample_aspect_ratio);
  const display = displaySizeOf(known, sampleAspect, rotation);
  return {
    codec: known.codec,
    profile: stream.profile?.slice(0, TEXT_LENGTH) ?? null,
    width: known.width,
    height: known.height,
    displayWidth: display.width,
    displayHeight: display.height,
    rotation,
    sampleAspectRatio: `${sampleAspect.num}:${sampleAspect.den}`,
    frameRate: formatRate(rate),
    fps: round(fps(rate), 3),
    variableFrameRate: isVariable(stream, timing, nominal, interlaced),
    interlaced,
    pixelFormat: stream.pix_fmt ?? 'unknown',
    bitDepth: bitDepthOf(stream),
    hdr: hdrOf(stream),
    gopSeconds: timing?.gopSeconds == null ? null : round(timing.gopSeconds, 3),
    startSeconds: round((stream.start_time ?? origin) - origin, 6),
    colorRange: stream.color_range ?? null,
    colorSpace: stream.color_space ?? null,
    colorTransfer: stream.color_transfer ?? null,
    colorPrimaries: stream.color_primaries ?? null,
  };
}

/**
 * The rate the camera meant. ffprobe offers two: the lowest rate on whose grid all pictures fall, which is absurd for
 * screen recordings, and the average, which is too low when pictures were dropped. The usual distance between pictures
 * says which of them is right; if neither is near it, it is the rate itself.
 */
function nominalRate(stream: ProbedStream, timing: FrameTiming | null, interlaced: boolean): Rate {
  const grid = parseRate(stream.r_frame_rate);
  const average = parseRate(stream.avg_frame_rate);
  const measured = timing?.medianStep == null ? null : 1 / timing.medianStep;
  const known = [grid, average].filter((rate) => rate !== null);
  if (measured === null || measured > 1000) {
    // Fields counted as pictures, or a grid that only fits everything.
    if (grid !== null && average !== null && fps(grid) > 1.5 * fps(average)) return average;
    return known[0] ?? { num: 25, den: 1 };
  }
  const off = (rate: Rate) => Math.abs(fps(rate) / measured - 1);
  const nearest = known.toSorted((a, b) => off(a) - off(b))[0];
  if (nearest !== undefined && off(nearest) < 0.05) return nearest;
  if (interlaced && average !== null) return average;
  return rateOf(measured);
}

function isVariable(stream: ProbedStream, timing: FrameTiming | null, nominal: Rate, interlaced: boolean): boolean {
  if (timing !== null && timing.unevenShare > 0.02) return true;
  const average = parseRate(stream.avg_frame_rate);
  return !interlaced && average !== null && Math.abs(fps(average) / fps(nominal) - 1) > 0.03;
}

function variableRate(framesPerSecond: number): Warning {
  return { code: 'variable_frame_rate', message: `Frame rate varies; made constant at ${framesPerSecond}.` };
}

function audioOf(file: ProbedFile, warnings: Warning[]): SourceAudio[] {
  return file.streams
    .filter((stream) => stream.codec_type === 'audio')
    .flatMap((stream) => {
      const { codec_name: codec, channels, sample_rate: sampleRate } = stream;
      if (codec === undefined || codec === 'unknown' || !channels || !sampleRate) {
        warnings.push({
          code: 'audio_unreadable',
          message: `The sound of stream ${stream.index} cannot be decoded and is left out.`,
        });
        return [];
      }
      return [
        {
          index: stream.index,
          codec,
          channels,
          layout: stream.channel_layout ?? null,
          sampleRate,
          language: languageOf(stream.tags.language),
          title: stream.tags.title?.slice(0, TEXT_LENGTH) ?? null,
          default: stream.disposition.default === 1,
          startSeconds: round((stream.start_time ?? containerStart(file)) - containerStart(file), 6),
        },
      ];
    });
}

const TEXT_SUBTITLES = new Set(['subrip', 'srt', 'ass', 'ssa', 'mov_text', 'webvtt', 'text']);

function subtitlesOf(file: ProbedFile): Source['subtitles'] {
  return file.streams
    .filter((stream) => stream.codec_type === 'subtitle')
    .map((stream) => ({
      index: stream.index,
      codec: stream.codec_name ?? 'unknown',
      language: languageOf(stream.tags.language),
      title: stream.tags.title?.slice(0, TEXT_LENGTH) ?? null,
      default: stream.disposition.default === 1,
      text: TEXT_SUBTITLES.has(stream.codec_name ?? ''),
    }));
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
