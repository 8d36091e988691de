import type { Plan, PlannedAudio, PlannedRendition, Source, SourceAudio } from '@rushes/shared/events';
import { isToneMapped } from './plan.ts';
import { formatRate, parseRate, type Rate, timescaleOf } from './rate.ts';

/** ffmpeg's arguments but for the input: a filter graph, and one output a track. */
export interface EncodeArguments {
  input: string[];
  filter: string;
  outputs: { track: string; options: string[] }[];
}

/** Samples per second of every audio track. */
const AUDIO_RATE = 48_000;

/**
 * What no encode may exceed, in seconds: time stamps of a hostile file can announce years, and the constant frame rate
 * would fill them with pictures.
 */
const LONGEST = 24 * 3600;

/** Nothing of the source's metadata goes into the result, and nothing of the clock: a repeated encode gives equal bytes. */
const COMMON = ['-map_metadata', '-1', '-map_chapters', '-1', '-fflags', '+bitexact', '-t', `${LONGEST}`, '-f', 'mp4'];

/**
 * `delay_moov` keeps the edit list that removes encoder delay (without it sound is 21 ms late); `skip_trailer` saves a box
 * nobody reads.
 */
const FRAGMENTS = '+delay_moov+default_base_moof+skip_trailer';

/** One decode feeds all tracks: each rendition is scaled from the next larger one, each sound track decoded once. Pure. */
export function encodeArguments(source: Source, plan: Plan): EncodeArguments {
  const rate = rateOfPlan(plan);
  const bySize = plan.renditions.toSorted((a, b) => b.width * b.height - a.width * a.height);
  return {
    input: isOgg(source) ? ['-copyts', '-start_at_zero'] : [],
    filter: [...videoFilter(source, bySize, rate), ...audioFilters(source, plan.audio)].join(';'),
    outputs: [
      ...bySize.map((rendition) => ({ track: rendition.id, options: videoOptions(rendition, plan, rate) })),
      ...plan.audio.map((audio) => ({ track: audio.id, options: audioOptions(audio) })),
    ],
  };
}

/**
 * Ogg counts time in a position a page; ffmpeg takes the jumps between badly written ones for a break in the recording and
 * stretches both tracks (eight seconds became a hundred). There its correction is off and sound is counted by samples.
 */
function isOgg(source: Source): boolean {
  return source.container === 'ogg';
}

export function rateOfPlan(plan: Plan): Rate {
  const rate = parseRate(plan.frameRate);
  if (rate === null) throw new Error(`the plan's frame rate is not a fraction: ${plan.frameRate}`);
  return rate;
}

/** Rotation needs no filter here: ffmpeg turns the picture before the graph and drops the matrix. */
function videoFilter(source: Source, renditions: readonly PlannedRendition[], rate: Rate): string[] {
  const { video } = source;
  const chains: string[] = [];
  renditions.forEach((rendition, index) => {
    const size = `${rendition.width}:${rendition.height}`;
    const steps =
      index === 0
        ? [
            ...(video.interlaced ? ['bwdif=mode=send_frame'] : []),
            // start_time=0 repeats the first picture where the video begins later than the sound.
            `fps=fps=${formatRate(rate)}:start_time=0`,
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
  return [
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

function videoOptions(rendition: PlannedRendition, plan: Plan, rate: Rate): string[] {
  const gop = `${plan.gopFrames}`;
  return [
    ...['-map', `[${rendition.id}]`, '-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p'],
    ...['-crf', `${rendition.crf}`, '-maxrate', `${rendition.maxrate}`, '-bufsize', `${rendition.bufsize}`],
    ...['-g', gop, '-keyint_min', gop, '-sc_threshold', '0', '-flags', '+cgop+bitexact'],
    ...['-video_track_timescale', `${timescaleOf(rate)}`],
    ...COMMON,
    ...['-movflags', `+frag_keyframe${FRAGMENTS}`],
  ];
}

/** Each stream is decoded once and shared by the tracks made from it. */
function audioFilters(source: Source, tracks: readonly PlannedAudio[]): string[] {
  return [...new Set(tracks.map((track) => track.sourceStream))].map((index) => {
    const stream = source.audio.find((candidate) => candidate.index === index);
    const ids = tracks.filter((track) => track.sourceStream === index).map((track) => `[${track.id}]`);
    const steps = [
      ...(isOgg(source) ? ['asetpts=N/SR/TB'] : []),
      // Fills gaps and a late start with silence, so that time stamps become a plain count of samples.
      `aresample=${AUDIO_RATE}:async=1:first_pts=0`,
      ...mix(stream, tracks.find((track) => track.sourceStream === index)?.channels ?? 2),
      // The last frames are silence on purpose: the segmenter repeats the last one up to the video's length.
      'apad=pad_dur=1',
      `asplit=${ids.length}`,
    ];
    return `[0:${index}]${steps.join(',')}${ids.join('')}`;
  });
}

/**
 * Surround sound to stereo by ITU-R BS.775 weights, 3 dB lower so that it does not clip; ffmpeg's own mixing would be
 * 8 dB lower. Layouts we have no weights for are left to it.
 */
const DOWNMIX: Record<string, string> = {
  '5.1': 'pan=stereo|FL=0.707*FL+0.5*FC+0.5*BL|FR=0.707*FR+0.5*FC+0.5*BR',
  '5.1(side)': 'pan=stereo|FL=0.707*FL+0.5*FC+0.5*SL|FR=0.707*FR+0.5*FC+0.5*SR',
  '7.1': 'pan=stereo|FL=0.707*FL+0.5*FC+0.5*SL+0.5*BL|FR=0.707*FR+0.5*FC+0.5*SR+0.5*BR',
};

function mix(stream: SourceAudio | undefined, channels: number): string[] {
  const downmix = channels === 2 ? DOWNMIX[stream?.layout ?? ''] : undefined;
  const layout = channels === 1 ? 'mono' : 'stereo';
  return [...(downmix === undefined ? [] : [downmix]), `aformat=sample_fmts=fltp:channel_layouts=${layout}`];
}

function audioOptions(audio: PlannedAudio): string[] {
  return [
    ...['-map', `[${audio.id}]`, '-c:a', 'aac', '-b:a', `${audio.bitrate}`, '-flags', '+bitexact'],
    ...COMMON,
    // Microseconds: small enough for the segmenter to cut where it wants.
    ...['-frag_duration', '100000', '-movflags', FRAGMENTS],
  ];
}
