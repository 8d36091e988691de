import type { PlannedRendition, Source } from '@rushes/shared/events';
import { isTransparent } from './picture.ts';
import { formatRate, fps, type Rate } from './rate.ts';
import { leadOf } from './sound.ts';
import { isToneMapped, toneMap } from './tone-map.ts';

/** Pictures of the constant-rate grid that come out, counted from zero; `end` is the first that does not. */
export interface FrameRange {
  start: number;
  end?: number | undefined;
  /** Of all from zero on, these alone, rising and apart; they keep their times. */
  only?: readonly { start: number; end: number }[] | undefined;
}

/** The label under which a few bytes of every skipped second come, as a sign of life. */
export const SKIPPED = 'skipped';

/**
 * The graph from the source's picture to a label for each rendition: decoded once, each size scaled from the next larger, and
 * all codecs of one size fed by the same picture. Rotation needs no filter: ffmpeg turns the picture before the graph and drops
 * the matrix.
 */
export function videoFilter(
  source: Source,
  renditions: readonly PlannedRendition[],
  rate: Rate,
  range: FrameRange,
): string[] {
  const bySize = [...Map.groupBy(renditions, ({ width, height }) => `${width}:${height}`)];
  return bySize.map(([size, members], index) => {
    const steps = index === 0 ? firstSteps(source, size, rate, range) : [`scale=${size}`, 'setsar=1'];
    const isLast = index === bySize.length - 1;
    const labels = [...members.map(({ id }) => `[${id}]`), ...(isLast ? [] : [`[next${index + 1}]`])];
    const split = labels.length > 1 ? `,split=${labels.length}` : '';
    return `${index === 0 ? '[0:V:0]' : `[next${index}]`}${steps.join(',')}${split}${labels.join('')}`;
  });
}

function firstSteps(source: Source, size: string, rate: Rate, range: FrameRange): string[] {
  return [
    ...(leadOf(source) === 0 ? [] : [`setpts=PTS-${leadOf(source)}/TB`]),
    ...(source.video.interlaced ? [deinterlace(source)] : []),
    // start_time=0 repeats the first picture where the video begins later than the sound.
    `fps=fps=${formatRate(rate)}:start_time=0`,
    ...cut(range, rate),
    ...colour(source, size),
    'setsar=1',
  ];
}

/** The filter reads the order of fields from the decoder, if that knows it. */
function deinterlace({ video }: Source): string {
  const measured = video.fieldOrder === 'tff' || video.fieldOrder === 'bff' ? `:parity=${video.fieldOrder}` : '';
  return `bwdif=mode=send_frame${measured}`;
}

/** Behind `fps`, so that exactly the grid's pictures are counted; before scaling, so that decoding is all the others cost. */
function cut({ start, end, only }: FrameRange, rate: Rate): string[] {
  if (only !== undefined) {
    const chosen = only.map((range) => `between(n,${range.start},${range.end - 1})`).join('+');
    return [`trim=end_frame=${only.at(-1)?.end ?? 0}`, `select='${chosen}'`];
  }
  const until = end === undefined ? [] : [`end_frame=${end}`];
  if (start === 0) return until.map((option) => `trim=${option}`);
  const second = Math.max(1, Math.round(fps(rate)));
  return [
    `split=2[begin][rest];[begin]trim=end_frame=${start},framestep=${second},scale=2:2,format=gray[${SKIPPED}];[rest]trim=${[`start_frame=${start}`, ...until].join(':')}`,
    'setpts=PTS-STARTPTS',
  ];
}

/** To 8-bit 4:2:0 of BT.709, limited range, whatever it was, and marked so. */
function colour(source: Source, size: string): string[] {
  const marked = 'setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv';
  if (isToneMapped(source)) return [...toneMap(source, size), marked];
  const overBlack = isTransparent(source.video)
    ? [`scale=in_color_matrix=${matrixOf(source)}`, 'format=gbrap', 'premultiply=inplace=1']
    : [];
  return [
    ...overBlack,
    `scale=${size}:in_color_matrix=${matrixOf(source)}:out_color_matrix=bt709:out_range=limited`,
    'format=yuv420p',
    marked,
  ];
}

/** Untagged video is BT.601 below 720 lines and BT.709 from there on, as players assume. */
function matrixOf(source: Source): string {
  const { colorSpace, width, height } = source.video;
  switch (colorSpace) {
    case 'bt709':
      return 'bt709';
    case 'smpte170m':
    case 'bt470bg':
      return 'bt601';
    case 'smpte240m':
      return 'smpte240m';
    case 'fcc':
      return 'fcc';
    case 'bt2020nc':
    case 'bt2020c':
      return 'bt2020';
    default:
      return width >= 1280 || height >= 720 ? 'bt709' : 'bt601';
  }
}
