import type { Plan, PlannedRendition, Source } from '@rushes/shared/events';
import { COMMON, FRAGMENTS } from './container.ts';
import { isTransparent } from './picture.ts';
import { isToneMapped } from './plan.ts';
import { formatRate, fps, parseRate, type Rate, timescaleOf } from './rate.ts';
import { audioFilters, audioOptions, isOgg, leadOf } from './sound.ts';

/** ffmpeg's arguments but for the input: a filter graph, and one output a track. */
export interface EncodeArguments {
  input: string[];
  filter: string;
  /** `track` is null for a sign of life while pictures are skipped: a few bytes for every second of them. */
  outputs: { track: string | null; options: string[] }[];
}

/**
 * One decode feeds all tracks: each rendition is scaled from the next larger one, each sound track decoded once. Pure.
 * @param skipFrames pictures of the constant-rate grid that are decoded only, a whole number of GOPs; the video that comes
 * out begins at zero. Sound is made whole in any case: its encoder carries state from one frame to the next.
 */
export function encodeArguments(source: Source, plan: Plan, skipFrames = 0): EncodeArguments {
  const rate = rateOfPlan(plan);
  const bySize = plan.renditions.toSorted((a, b) => b.width * b.height - a.width * a.height);
  return {
    input: isOgg(source) ? ['-copyts', '-start_at_zero'] : [],
    filter: [...videoFilter(source, bySize, rate, skipFrames), ...audioFilters(source, plan.audio)].join(';'),
    outputs: [
      ...bySize.map((rendition) => ({ track: rendition.id, options: videoOptions(rendition, plan, rate, skipFrames) })),
      ...plan.audio.map((audio) => ({ track: audio.id, options: audioOptions(audio) })),
      ...(skipFrames === 0 ? [] : [{ track: null, options: SIGN_OF_LIFE }]),
    ],
  };
}

export function rateOfPlan(plan: Plan): Rate {
  const rate = parseRate(plan.frameRate);
  if (rate === null) throw new Error(`the plan's frame rate is not a fraction: ${plan.frameRate}`);
  return rate;
}

/** Rotation needs no filter here: ffmpeg turns the picture before the graph and drops the matrix. */
function videoFilter(
  source: Source,
  renditions: readonly PlannedRendition[],
  rate: Rate,
  skipFrames: number,
): string[] {
  const { video } = source;
  const chains: string[] = [];
  renditions.forEach((rendition, index) => {
    const size = `${rendition.width}:${rendition.height}`;
    const steps =
      index === 0
        ? [
            ...(leadOf(source) === 0 ? [] : [`setpts=PTS-${leadOf(source)}/TB`]),
            ...(video.interlaced ? [deinterlace(source)] : []),
            // start_time=0 repeats the first picture where the video begins later than the sound.
            `fps=fps=${formatRate(rate)}:start_time=0`,
            ...skip(skipFrames, rate),
            ...colour(source, size),
            'setsar=1',
          ]
        : [`scale=${size}`, 'setsar=1'];
    const last = index === renditions.length - 1;
    const from = index === 0 ? '[0:V:0]' : `[next${index}]`;
    chains.push(`${from}${steps.join(',')}${last ? `[v${index}]` : `,split=2[v${index}][next${index + 1}]`}`);
  });
  return chains.map((chain, index) => chain.replaceAll(`[v${index}]`, `[${renditions[index]?.id}]`));
}

/** The filter reads the order of fields from the decoder, if that knows it. */
function deinterlace({ video }: Source): string {
  const measured = video.fieldOrder === 'tff' || video.fieldOrder === 'bff' ? `:parity=${video.fieldOrder}` : '';
  return `bwdif=mode=send_frame${measured}`;
}

const SKIPPED = 'skipped';

const SIGN_OF_LIFE = ['-map', `[${SKIPPED}]`, '-c:v', 'rawvideo', '-f', 'rawvideo', '-flush_packets', '1'];

/** Behind `fps`, so that exactly the grid's pictures are counted; before scaling, so that decoding is all they cost. */
function skip(frames: number, rate: Rate): string[] {
  if (frames === 0) return [];
  const second = Math.max(1, Math.round(fps(rate)));
  return [
    `split=2[begin][rest];[begin]trim=end_frame=${frames},framestep=${second},scale=2:2,format=gray[${SKIPPED}];[rest]trim=start_frame=${frames}`,
    'setpts=PTS-STARTPTS',
  ];
}

/** To 8-bit 4:2:0 of BT.709, limited range, whatever it was, and marked so. */
function colour(source: Source, size: string): string[] {
  const marked = 'setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv';
  if (isToneMapped(source)) {
    return [
      `zscale=${size.replace(':', 'x').replace(/^(\d+)x(\d+)$/, 'w=$1:h=$2')}:t=linear:npl=100:tin=${zscaleTransfer(source)}:min=2020_ncl:pin=2020`,
      'format=gbrpf32le',
      'zscale=p=709',
      'tonemap=tonemap=hable:desat=0',
      'zscale=t=709:m=709:r=limited',
      'format=yuv420p',
      marked,
    ];
  }
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

function zscaleTransfer(source: Source): string {
  return source.video.colorTransfer === 'smpte2084' ? 'smpte2084' : 'arib-std-b67';
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

/** How full x264 believes the decoder's buffer at the start of a piece; its own 0.9 overruns it behind another piece. */
const PIECE_BUFFER = ['-x264-params', 'vbv-init=0.45'];

function videoOptions(rendition: PlannedRendition, plan: Plan, rate: Rate, skipFrames: number): string[] {
  const gop = `${plan.gopFrames}`;
  return [
    ...['-map', `[${rendition.id}]`, '-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p'],
    ...['-crf', `${rendition.crf}`, '-maxrate', `${rendition.maxrate}`, '-bufsize', `${rendition.bufsize}`],
    ...(skipFrames === 0 ? [] : PIECE_BUFFER),
    ...['-g', gop, '-keyint_min', gop, '-sc_threshold', '0', '-flags', '+cgop+bitexact'],
    ...['-video_track_timescale', `${timescaleOf(rate)}`],
    ...COMMON,
    ...['-movflags', `+frag_keyframe${FRAGMENTS}`],
  ];
}
