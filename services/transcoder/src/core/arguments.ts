import type { Plan, Source } from '@rushes/shared/events';
import { videoOptions } from './codecs.ts';
import { copyOptions } from './copy.ts';
import { type FrameRange, SKIPPED, videoFilter } from './filters.ts';
import { rateOfPlan } from './grid.ts';
import { fps, type Rate } from './rate.ts';
import { audioFilters, audioOptions, isOgg } from './sound.ts';

/** ffmpeg's arguments but for the input: a filter graph, and one output a track. */
export interface EncodeArguments {
  input: string[];
  filter: string;
  /** `track` is null for a sign of life while pictures are skipped: a few bytes for every second of them. */
  outputs: { track: string | null; options: string[] }[];
}

/** Where keyframes are those of the source. */
export interface SourceKeyframes {
  /** Holds what `forcedKeyframes` gives. */
  file: string;
  /** Pictures by which decoding is ahead of showing in the source. */
  delay: number;
}

/**
 * One decode feeds all tracks: each rendition is scaled from the next larger one, each sound track decoded once. Pure.
 * @param range pictures to encode; those before it are decoded only, a whole number of GOPs, and the video that comes out
 * begins at zero. Sound is made from its beginning in any case: its encoder carries state from one frame to the next. Pictures
 * that are passed on come whole as well.
 */
export function encodeArguments(
  source: Source,
  plan: Plan,
  range: FrameRange = { start: 0 },
  keyframes?: SourceKeyframes,
): EncodeArguments {
  const rate = rateOfPlan(plan);
  const settings = { rate, gopFrames: plan.gopFrames, isPiece: range.start > 0, keyframesFile: keyframes?.file };
  const bySize = plan.renditions.toSorted((a, b) => b.width * b.height - a.width * a.height);
  const copied = bySize.filter(({ mode }) => mode === 'copy');
  const encoded = bySize.filter(({ mode }) => mode === 'encode');
  return {
    // Nobody has decoded what is passed on but we: where that goes wrong, it must not be.
    input: [...inputOptions(source), ...(copied.length > 0 ? ['-xerror'] : [])],
    filter: [...videoFilter(source, encoded, rate, range), ...audioFilters(source, plan.audio)].join(';'),
    outputs: [
      ...encoded.map((rendition) => ({ track: rendition.id, options: videoOptions(rendition, settings) })),
      ...plan.audio.map((audio) => ({
        track: audio.id,
        options: [...audioOptions(audio), ...soundLimit(range, rate)],
      })),
      // Behind the encoded ones: ffmpeg reports the progress of the first.
      ...copied.map(({ id }) => ({ track: id, options: copyOptions(rate, keyframes?.delay ?? 0) })),
      ...(range.start === 0 ? [] : [{ track: null, options: SIGN_OF_LIFE }]),
    ],
  };
}

/**
 * Seconds by which a time stamp may jump: one turned bit makes it hours, which the constant rate would fill with copies of one
 * picture, and silence. ffmpeg's own limit is thirty hours.
 */
const JUMPS = ['-dts_error_threshold', '3600'];

/** What ffmpeg must be told to read the source's times as they are meant. */
export function inputOptions(source: Source): string[] {
  return [...JUMPS, ...(isOgg(source) ? ['-copyts', '-start_at_zero'] : [])];
}

/** Seconds of sound behind the last picture of a range: the cut is made at a frame near to it. */
const SOUND_MARGIN = 2;

function soundLimit({ end }: FrameRange, rate: Rate): string[] {
  return end === undefined ? [] : ['-t', (end / fps(rate) + SOUND_MARGIN).toFixed(3)];
}

const SIGN_OF_LIFE = ['-map', `[${SKIPPED}]`, '-c:v', 'rawvideo', '-f', 'rawvideo', '-flush_packets', '1'];
