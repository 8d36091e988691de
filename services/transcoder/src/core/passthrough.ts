import type { Plan, PlannedRendition, Source } from '@rushes/shared/events';
import type { ProbedStream } from '@rushes/shared/media';
import { h264Level } from './level.ts';
import { fps, type Rate } from './rate.ts';
import { segmentGops } from './source-grid.ts';
import type { Survey } from './survey.ts';

/** Shorter videos are encoded as soon as copied; two segments. Seconds. */
const SHORTEST = 12;

/** Containers that tell when each picture is shown. */
const CONTAINERS: ReadonlySet<string> = new Set(['mov,mp4', 'matroska,webm']);

/** Profiles of H.264 that every player plays, as ffprobe names and `avcC` numbers them. */
const PROFILES: ReadonlySet<string> = new Set(['Constrained Baseline', 'Baseline', 'Main', 'High']);
const PROFILE_NUMBERS: ReadonlySet<number> = new Set([66, 77, 100]);

/** Ten times the highest level that players must know (rule 1.3). */
const HIGHEST_LEVEL = 52;

/** What ffprobe may know of a stream beside its header without its pictures being changed by it. */
const HARMLESS_SIDE_DATA: ReadonlySet<string> = new Set(['CPB properties']);

/** Above this share of the cap a segment is too much for the line that plays the rest (rule 1.30). */
const HIGHEST_PEAK = 2;
/** Below this share of the cap no rendition below would be worse enough to be of use. */
const LOWEST_AVERAGE = 1 / 8;

/** Target duration of segments on a source's own keyframes, in seconds. */
const SEGMENT_SECONDS = 6;

/** The rendition that could be the source itself; undefined when the plan shrinks or changes it. */
function topOf(source: Source, plan: Plan): PlannedRendition | undefined {
  const { width, height } = source.video;
  return plan.renditions.find((one) => one.codec === 'h264' && one.width === width && one.height === height);
}

/**
 * Whether the source's pictures may be passed on, as far as headers and a few seconds of packets tell: then a survey of all of
 * them is worth its while. Pure. They must look as the other renditions do, so that nothing changes between them but
 * sharpness; and something smaller must be encoded, since only what is decoded here is known to be whole.
 */
export function isCandidate(source: Source, stream: ProbedStream, plan: Plan): boolean {
  const { video } = source;
  const top = topOf(source, plan);
  return (
    top !== undefined &&
    plan.renditions.filter(({ codec }) => codec === 'h264').length > 1 &&
    source.durationSeconds >= SHORTEST &&
    CONTAINERS.has(source.container) &&
    video.codec === 'h264' &&
    PROFILES.has(video.profile ?? '') &&
    isPlainPicture(source) &&
    stream.field_order === 'progressive' &&
    stream.side_data_list.every(({ side_data_type }) => HARMLESS_SIDE_DATA.has(side_data_type ?? '')) &&
    !video.variableFrameRate &&
    video.frameRate === plan.frameRate &&
    video.startSeconds === 0 &&
    source.bitrate <= HIGHEST_PEAK * top.maxrate
  );
}

function isPlainPicture({ video }: Source): boolean {
  const { displayWidth, displayHeight, width, height } = video;
  return (
    video.pixelFormat === 'yuv420p' &&
    video.bitDepth === 8 &&
    video.hdr === null &&
    !video.interlaced &&
    video.rotation === 0 &&
    video.sampleAspectRatio === '1:1' &&
    displayWidth === width &&
    displayHeight === height &&
    hasUsualColours(video)
  );
}

/** BT.709 of limited range, which is what all others become; not marked, players take it for that from 720 lines on. */
function hasUsualColours({ width, height, colorRange, colorSpace, colorTransfer, colorPrimaries }: Source['video']) {
  const isUsual = (tag: unknown) => tag === 'bt709' || tag === null || tag === undefined;
  return (
    (colorRange === 'tv' || colorRange === null || colorRange === undefined) &&
    [colorSpace, colorTransfer, colorPrimaries].every(isUsual) &&
    (colorSpace === 'bt709' || width >= 1280 || height >= 720)
  );
}

/**
 * The plan with the source's own pictures as its largest rendition of H.264 and its keyframes for all; or why not. Pure.
 * @param stream the same that was found a candidate
 */
export function passOn(source: Source, stream: ProbedStream, plan: Plan, rate: Rate, survey: Survey): Plan | string {
  const top = topOf(source, plan);
  if (top === undefined) return 'the plan has no rendition of its size';
  if (!PROFILE_NUMBERS.has(survey.profile) || survey.level > HIGHEST_LEVEL) {
    return 'its profile or level is not one that every player plays';
  }
  // An edit list may end a video before its last picture, which ffmpeg passes on all the same.
  const seconds = survey.frames / fps(rate);
  if (Math.abs(seconds - (stream.duration ?? seconds)) > 1.5 / fps(rate)) return 'it announces another length';
  const { average, peak } = bitratesOf(survey, rate);
  if (average > top.maxrate) return `it has ${average} bit/s where ${top.maxrate} are enough`;
  if (average < top.maxrate * LOWEST_AVERAGE) return `with ${average} bit/s it is no larger than what is smaller`;
  if (peak > top.maxrate * HIGHEST_PEAK) return `it has up to ${peak} bit/s where ${top.maxrate} are enough`;
  const framesPerSecond = fps(rate);
  return {
    ...plan,
    grid: 'source',
    segmentSeconds: SEGMENT_SECONDS,
    renditions: plan.renditions.map((one) =>
      one === top ? copied(one, peak, framesPerSecond) : capped(one, Math.min(one.maxrate, average), framesPerSecond),
    ),
    reasons: [...plan.reasons, "keyframes are the source's own, so that its pictures can be passed on"],
  };
}

/** The cap says what the rendition may reach, also to those who announce it before it is whole. */
function copied(rendition: PlannedRendition, peak: number, framesPerSecond: number): PlannedRendition {
  const reason = "the source's own pictures: nothing would be gained by encoding them";
  return { ...capped(rendition, Math.max(rendition.maxrate, peak), framesPerSecond), mode: 'copy', reason };
}

/**
 * A rendition with another cap. None takes more bits than a source that is passed on: players choose by bit rate, and would
 * choose the smaller picture.
 */
function capped(rendition: PlannedRendition, maxrate: number, framesPerSecond: number): PlannedRendition {
  if (maxrate === rendition.maxrate) return rendition;
  const changed = { ...rendition, maxrate, bufsize: rendition.low ? maxrate : Math.round(maxrate * 1.5) };
  return rendition.level === undefined ? changed : { ...changed, level: h264Level(changed, framesPerSecond) };
}

/** bit/s: of all pictures, and of the segment that has most; a last one of less than half the usual length does not count. */
function bitratesOf(survey: Survey, rate: Rate): { average: number; peak: number } {
  const { keyframes, frames, gopBytes } = survey;
  const firsts = segmentGops(survey, rate);
  const bits = (from: number, to: number | undefined) =>
    gopBytes.slice(from, to).reduce((sum, bytes) => sum + bytes * 8, 0);
  const seconds = (from: number, to: number | undefined) =>
    ((to === undefined ? frames : (keyframes[to] ?? frames)) - (keyframes[from] ?? 0)) / fps(rate);
  const segments = firsts.map((first, index) => ({
    bits: bits(first, firsts[index + 1]),
    seconds: seconds(first, firsts[index + 1]),
  }));
  const whole = segments.filter((segment) => segment.seconds >= SEGMENT_SECONDS / 2);
  return {
    average: Math.round(bits(0, undefined) / seconds(0, undefined)),
    peak: Math.round(Math.max(0, ...whole.map((segment) => segment.bits / segment.seconds))),
  };
}

/** Whether a plan passes on the source's own pictures, in the part that one job makes. */
export function isCopying(plan: Plan): boolean {
  return plan.renditions.some(({ mode }) => mode === 'copy');
}

/** The same plan, on the same grid, with everything encoded: where passing on has turned out to be impossible. */
export function encodedInstead(plan: Plan): Plan {
  return { ...plan, renditions: plan.renditions.map((one) => ({ ...one, mode: 'encode' })) };
}
