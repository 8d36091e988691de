import type { PlannedRendition, Rendition, Source } from '@rushes/shared/events';
import { parseJson } from '@rushes/shared/json';
import { z } from 'zod';
import { videoFilter } from './filters.ts';
import { frameTicks, type Rate } from './rate.ts';
import type { WrittenTrack } from './results.ts';

/** Seconds of pictures that are measured at most, spread over the video. */
const MEASURED_SECONDS = 60;

/** Pictures of those that are compared at most; each costs about 20 ms of CPU for every million pixels. */
const COMPARED = 600;
/** Steps from one compared picture to the next; none divides a GOP, so that all its places get their turn. */
const STEPS = [1, 7, 11, 13] as const;

/** What is measured: some segments of every rendition, the same of each. */
export interface Sample {
  /** Indexes into a track's segments, rising. */
  segments: number[];
  /** Pictures of the constant-rate grid, counted from zero; `end` is the first that is not measured. */
  ranges: { start: number; end: number }[];
  /** How many pictures that are. */
  pictures: number;
  /** Every so many of them is compared. */
  step: number;
}

/** Spreads as many whole segments as fit into a minute over the video; all of a short one. Pure. */
export function sampleOf(track: Pick<WrittenTrack, 'segments' | 'spec'>, rate: Rate): Sample {
  const count = track.segments.length;
  const most = Math.max(1, Math.floor(MEASURED_SECONDS / track.spec.segmentSeconds));
  const taken = Math.min(count, most);
  const segments = Array.from({ length: taken }, (_, index) => Math.floor(((index + 0.5) * count) / taken));
  const ticks = frameTicks(rate);
  const ranges = segments.flatMap((index) => {
    const segment = track.segments[index];
    if (segment === undefined) return [];
    return [{ start: Math.round(segment.start / ticks), end: Math.round((segment.start + segment.duration) / ticks) }];
  });
  const pictures = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  return { segments, ranges, pictures, step: STEPS.find((step) => pictures / step <= COMPARED) ?? STEPS[3] };
}

export interface Measurement {
  filter: string;
  /** One output a rendition, whose pictures nobody wants. */
  outputs: string[][];
}

/**
 * ffmpeg's graph that compares renditions with the source: this goes through the very filters that fed the encoders, and so
 * is the picture that each encoder got. Both are numbered anew, because a rendition's sample has gaps. Pure.
 * @param renditions of one encode, in the order of the inputs 1, 2, …; input 0 is the source
 * @param logs where libvmaf writes, by rendition
 */
export function qualityArguments(
  source: Source,
  renditions: readonly PlannedRendition[],
  rate: Rate,
  sample: Sample,
  about: { logs: ReadonlyMap<string, string>; threads: number },
): Measurement {
  const bySize = renditions.toSorted((a, b) => b.width * b.height - a.width * a.height);
  const numbered = `settb=AVTB,setpts=N*${rate.den}/${rate.num}/TB`;
  const measure = ({ id }: PlannedRendition, input: number) => {
    const log = `log_fmt=json:log_path=${escaped(about.logs.get(id) ?? '')}`;
    const options = `${log}:n_threads=${about.threads}:n_subsample=${sample.step}:eof_action=endall`;
    return [
      `[${id}]${numbered}[reference-${id}]`,
      `[${input}:V:0]${numbered}[made-${id}]`,
      `[made-${id}][reference-${id}]libvmaf=${options}[compared-${id}]`,
    ];
  };
  return {
    filter: [
      ...videoFilter(source, bySize, rate, { start: 0, only: sample.ranges }),
      ...renditions.flatMap((rendition, index) => measure(rendition, index + 1)),
    ].join(';'),
    outputs: renditions.map(({ id }) => ['-map', `[compared-${id}]`, '-fps_mode', 'passthrough', '-f', 'null']),
  };
}

/** A path as a filter's option takes it within a graph: escaped for the one, then for the other. */
function escaped(path: string): string {
  return path.replaceAll(/[\\':]/g, '\\$&').replaceAll(/[\\'[\],;]/g, '\\$&');
}

const logSchema = z.object({
  frames: z.array(z.unknown()),
  pooled_metrics: z.object({ vmaf: z.object({ mean: z.number() }) }),
});

/**
 * The mean in libvmaf's log, 0…100 with two decimals.
 * @throws Error when it is no log, or not of the sample: a picture too few would shift all behind it
 */
export function meanIn(text: string, { pictures, step }: Sample): number {
  const { frames, pooled_metrics } = logSchema.parse(parseJson(text));
  const expected = Math.ceil(pictures / step);
  if (frames.length !== expected) throw new Error(`${frames.length} pictures were compared, and not ${expected}`);
  return Number(pooled_metrics.vmaf.mean.toFixed(2));
}

/** Renditions with what was measured of them. */
export function withQuality(renditions: readonly Rendition[], scores: ReadonlyMap<string, number>): Rendition[] {
  return renditions.map((rendition) => ({ ...rendition, vmaf: scores.get(rendition.id) ?? rendition.vmaf }));
}
