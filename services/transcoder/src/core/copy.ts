import { NAL } from './avc.ts';
import { COMMON, FRAGMENTS } from './container.ts';
import { frameTicks, type Rate, timescaleOf } from './rate.ts';
import { SURVEY_DELAY } from './survey.ts';

/** Only slices: what a camera says beside them (its make, where it was) is nobody's business, and players need none of it. */
const SLICES_ONLY = `filter_units=pass_types=${NAL.slice}|${NAL.idr}`;

/** A survey looks at fragments of at most so many bytes and microseconds: one that does not begin with a keyframe is found out. */
const LARGEST_GOP = ['-frag_size', `${32 * 1024 * 1024}`, '-frag_duration', '4000000'];

/**
 * ffmpeg's options for an output of the source's own pictures, in fragments of one GOP. Their times are put on the grid, from
 * which they may be off by what their container rounds.
 * @param delay pictures by which decoding is ahead of showing, as the survey found it
 */
export function copyOptions(rate: Rate, delay: number): string[] {
  const ticks = frameTicks(rate);
  return outputOf(rate, `${SLICES_ONLY},${times(rate, delay, `round(PTS/${ticks})*${ticks}`)}`);
}

/** The same for a survey: every unit of every picture, and the time at which each is really shown. */
export function surveyOptions(rate: Rate): string[] {
  return [...outputOf(rate, times(rate, SURVEY_DELAY, 'PTS')), ...LARGEST_GOP];
}

function outputOf(rate: Rate, filters: string): string[] {
  return [
    ...['-map', '0:V:0', '-c:v', 'copy', '-bsf:v', filters],
    ...['-video_track_timescale', `${timescaleOf(rate)}`],
    ...COMMON,
    ...['-movflags', `+frag_keyframe${FRAGMENTS}`],
  ];
}

/** Decoding follows the order of the pictures, one every tick of the grid, whatever the container says of it. */
function times(rate: Rate, delay: number, shown: string): string {
  const ticks = frameTicks(rate);
  return `setts=time_base=1/${timescaleOf(rate)}:prescale=1:dts=(N-${delay})*${ticks}:pts=${shown}:duration=${ticks}`;
}
