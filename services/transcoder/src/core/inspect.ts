import { Failure } from '@rushes/shared/errors';
import type { Source, SourceVideo, Warning } from '@rushes/shared/events';
import type { FieldOrder, FrameTiming, ProbedFile, ProbedStream } from '@rushes/shared/media';
import { clockMayJump, countedSeconds } from './clock.ts';
import { audioOf, containerStart, round, subtitlesOf, TEXT_LENGTH } from './inspect-streams.ts';
import { bitDepthOf, displaySizeOf, hdrOf, hidesFields, isInterlaced, rotationOf, sampleAspectOf } from './picture.ts';
import { formatRate, fps, snap } from './rate.ts';
import { isVariable, nominalRate } from './source-rate.ts';

export type Inspection = { kind: 'video'; source: Source; warnings: Warning[] } | { kind: 'refused'; failure: Failure };

export interface Limits {
  maxPixels: number;
  maxDurationSeconds: number;
}

const MAX_WARNINGS = 50;

/**
 * Bit/s below which something long is no video: a kilobyte may announce a day, which the constant frame rate would fill with
 * copies of its one picture. A silent recording of a screen on which nothing moves has several times as many.
 */
const LEAST_BITRATE = 100;
const LONG_SECONDS = 600;

/**
 * What the file is, from ffprobe's answer and the measured spacing of its pictures; or why it is refused. Pure.
 * @param file ffprobe's answer
 * @param timing of the first video stream that is no cover art; null when it could not be measured
 * @param size bytes of the object
 * @param fields of the same stream, measured where `hidesFields`; null when they were not or do not tell
 */
export function inspect(
  file: ProbedFile,
  timing: FrameTiming | null,
  size: number,
  limits: Limits,
  fields: FieldOrder | null = null,
): Inspection {
  const stream = videoStreamOf(file);
  if (stream === undefined) return refused('no_video_stream');
  const { width, height } = stream;
  if (stream.codec_name === undefined || stream.codec_name === 'unknown') return refused('unsupported_codec');
  if (width === undefined || height === undefined || width < 1 || height < 1)
    return refused('corrupt', 'the picture has no size');
  if (width * height > limits.maxPixels) return refused('too_large', `${width}x${height}`);
  const jumps = clockMayJump(file, size, limits.maxDurationSeconds);
  const durationSeconds = durationOf(file, stream, timing, jumps);
  if (durationSeconds === null) return refused('corrupt', 'no pictures could be read');
  if (durationSeconds > limits.maxDurationSeconds) return refused('too_long', `${durationSeconds} s`);
  if (durationSeconds > LONG_SECONDS && (size * 8) / durationSeconds < LEAST_BITRATE) {
    return refused('corrupt', `${size} bytes cannot be ${durationSeconds} s of video`);
  }
  const warnings: Warning[] = [];
  const known = { width, height, codec: stream.codec_name, origin: containerStart(file) };
  const video = videoOf(stream, known, timing, fields);
  if (video.variableFrameRate) warnings.push(variableRate(video.fps));
  warnings.push(...pictureWarnings(file, video));
  const source: Source = {
    container: (file.format.format_name ?? 'unknown').split(',').slice(0, 2).join(','),
    durationSeconds,
    ...(containerStart(file) === 0 ? {} : { startSeconds: round(containerStart(file), 6) }),
    size,
    bitrate: Math.round(file.format.bit_rate ?? (size * 8) / durationSeconds),
    video,
    audio: audioOf(file, warnings),
    subtitles: subtitlesOf(file, warnings),
  };
  return { kind: 'video', source, warnings: warnings.slice(0, MAX_WARNINGS) };
}

function refused(code: Failure['code'], detail?: string): Inspection {
  return { kind: 'refused', failure: new Failure(code, detail === undefined ? {} : { detail }) };
}

/** The stream that is encoded: the first one of moving pictures. */
export function videoStreamOf(file: ProbedFile): ProbedStream | undefined {
  return file.streams.find((candidate) => candidate.codec_type === 'video' && !isPicture(candidate));
}

/** Cover art is a video stream to ffprobe. */
function isPicture(stream: ProbedStream): boolean {
  return stream.disposition.attached_pic === 1 || stream.disposition.timed_thumbnails === 1;
}

function durationOf(file: ProbedFile, stream: ProbedStream, timing: FrameTiming | null, jumps: boolean): number | null {
  const counted = jumps ? countedSeconds(file.format.duration, timing) : null;
  if (counted !== null) return round(counted, 6);
  const measured = timing?.end == null ? undefined : timing.end - containerStart(file);
  const found = [announced(file), stream.duration, measured].find((value) => value !== undefined && value > 0);
  return found === undefined ? null : round(found, 6);
}

/** Matroska counts its length from zero, wherever its first picture stands. */
function announced({ format }: ProbedFile): number | undefined {
  const { duration, start_time: start = 0, format_name: name = '' } = format;
  if (duration === undefined || !name.startsWith('matroska') || start <= 0 || start >= duration) return duration;
  return duration - start;
}

function videoOf(
  stream: ProbedStream,
  known: { width: number; height: number; codec: string; origin: number },
  timing: FrameTiming | null,
  fields: FieldOrder | null,
): SourceVideo {
  const interlaced = isInterlaced(stream, fields);
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
    // Only what was measured: a decoder that knows the order tells the filter itself.
    ...(interlaced && hidesFields(stream) ? { fieldOrder: fields } : {}),
    pixelFormat: stream.pix_fmt ?? 'unknown',
    bitDepth: bitDepthOf(stream),
    hdr: hdrOf(stream),
    gopSeconds: timing?.gopSeconds == null ? null : round(timing.gopSeconds, 3),
    startSeconds: round((stream.start_time ?? known.origin) - known.origin, 6),
    ...lengthOf(stream),
    colorRange: stream.color_range ?? null,
    colorSpace: stream.color_space ?? null,
    colorTransfer: stream.color_transfer ?? null,
    colorPrimaries: stream.color_primaries ?? null,
  };
}

/** Matroska has it in a tag, "00:01:02.500000000", if at all. */
function lengthOf({ duration, tags }: ProbedStream): Pick<SourceVideo, 'durationSeconds'> {
  const [, hours, minutes, seconds] = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(tags.DURATION ?? '') ?? [];
  const tagged = hours === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  const known = duration ?? tagged;
  return known === undefined || known <= 0 ? {} : { durationSeconds: round(known, 6) };
}

function variableRate(framesPerSecond: number): Warning {
  return { code: 'variable_frame_rate', message: `Frame rate varies; made constant at ${framesPerSecond}.` };
}

function pictureWarnings(file: ProbedFile, video: SourceVideo): Warning[] {
  const videos = file.streams.filter((stream) => stream.codec_type === 'video' && !isPicture(stream)).length;
  const warnings: Warning[] = [];
  if (videos > 1) {
    warnings.push({ code: 'several_videos', message: `The file holds ${videos} videos; only the first is used.` });
  }
  if (video.hdr === 'dolby-vision' && video.colorTransfer !== 'smpte2084' && video.colorTransfer !== 'arib-std-b67') {
    warnings.push({
      code: 'dolby_vision_only',
      message: 'The picture is Dolby Vision without an HDR10 or HLG base; its colours may look wrong.',
    });
  }
  return warnings;
}
