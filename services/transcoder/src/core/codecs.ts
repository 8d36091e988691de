import type { PlannedRendition } from '@rushes/shared/events';
import { COMMON, FRAGMENTS } from './container.ts';
import { type Rate, timescaleOf } from './rate.ts';

/** What an encoder is told besides its rendition. */
export interface EncoderSettings {
  rate: Rate;
  gopFrames: number;
  /** A file of times at which keyframes are made, in place of every `gopFrames` pictures. */
  keyframesFile?: string | undefined;
  /** The stream goes on behind segments that exist. */
  isPiece: boolean;
}

/** How full an encoder believes the decoder's buffer at the start of a piece; its own 0.9 overruns it behind another piece. */
const PIECE_BUFFER = 'vbv-init=0.45';

/** ffmpeg's options for one rendition, as an output of its own: closed GOPs on the grid, capped, in fragments of one GOP. */
export function videoOptions(rendition: PlannedRendition, settings: EncoderSettings): string[] {
  const { keyframesFile, gopFrames } = settings;
  return [
    ...['-map', `[${rendition.id}]`, '-pix_fmt', 'yuv420p'],
    // The slash makes ffmpeg read the value from a file: that of a long video does not fit into an argument.
    ...(keyframesFile === undefined ? ['-g', `${gopFrames}`] : ['-g', NEVER, '-/force_key_frames', keyframesFile]),
    ...encoder(rendition, settings),
    ...['-video_track_timescale', `${timescaleOf(settings.rate)}`],
    ...COMMON,
    ...['-movflags', `+frag_keyframe${FRAGMENTS}`],
  ];
}

/** Pictures after which an encoder makes a keyframe unasked, where all are asked for. */
const NEVER = '9999';

function encoder(rendition: PlannedRendition, { gopFrames, keyframesFile, isPiece }: EncoderSettings): string[] {
  const isForced = keyframesFile !== undefined;
  const gop = isForced ? NEVER : `${gopFrames}`;
  // Asked for twice within a GOP, x264 and x265 would make a picture that players cannot begin with.
  const shortest = isForced ? '1' : gop;
  const idr = isForced ? ['-forced-idr', '1'] : [];
  const capped = ['-crf', `${rendition.crf}`, '-maxrate', `${rendition.maxrate}`, '-bufsize', `${rendition.bufsize}`];
  switch (rendition.codec) {
    case 'h264':
      return [
        ...['-c:v', 'libx264', '-preset', 'veryfast', ...capped],
        ...(rendition.level === undefined ? [] : ['-level:v', rendition.level]),
        ...(isPiece ? ['-x264-params', PIECE_BUFFER] : []),
        ...['-keyint_min', shortest, ...idr, '-sc_threshold', '0', '-flags', '+cgop+bitexact'],
      ];
    case 'hevc':
      return [
        ...['-c:v', 'libx265', '-preset', 'veryfast', '-tag:v', 'hvc1', ...capped, ...idr, '-flags', '+bitexact'],
        '-x265-params',
        [
          ...[`keyint=${gop}`, `min-keyint=${shortest}`, 'scenecut=0', 'open-gop=0'],
          // A note of the settings would stand in the init, which pieces must have in common.
          ...['info=0', 'log-level=error'],
          ...(isPiece ? [PIECE_BUFFER] : []),
        ].join(':'),
      ];
    case 'vp9':
      return [
        ...['-c:v', 'libvpx-vp9', '-deadline', 'good', '-cpu-used', '5', '-row-mt', '1'],
        // Constrained quality: its cap is an average, and so below what the others may peak at.
        ...['-crf', `${rendition.crf}`, '-b:v', `${rendition.maxrate}`, '-keyint_min', gop, '-flags', '+bitexact'],
      ];
    case 'av1':
      return ['-c:v', 'libsvtav1', '-preset', '9', ...capped, '-svtav1-params', 'scd=0', '-flags', '+bitexact'];
    default:
      return rendition.codec satisfies never;
  }
}
