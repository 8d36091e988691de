import type { SourceAudio, SourceVideo } from '@rushes/shared/events';

/**
 * One trap that a file can set. The source is made from an upright picture that flashes white at 0.6 s of each second, and a
 * sound that beeps at the same moments, so that the output can be compared with what a person should see and hear.
 */
export interface Row {
  title: string;
  /** Runs always; the others with `RUSHES_MATRIX=all`. */
  quick?: true;
  /** Name of the source; its ending chooses the container. */
  file: string;
  /** ffmpeg's arguments that make it, without the file itself; `{name}` is a file of the row's folder. */
  make: readonly string[];
  /** Files made before it, in order. */
  before?: readonly { file: string; make: readonly string[] }[];
  /** Facts that the inspection must tell. */
  video?: Partial<SourceVideo>;
  audio?: readonly Partial<SourceAudio>[];
  warnings?: readonly string[];
  /** Codes of what only the encode finds out. */
  afterwards?: readonly string[];
  /** Size of the upright picture in square pixels, and of the largest rendition where it differs by evenness. */
  size: string;
  output?: string;
  /** Default: `fast`, which has at most 1080 lines. */
  profile?: string;
  /** How the largest rendition is made; default: `encode`. */
  mode?: 'copy';
  /** Pictures and rate of the output. */
  frames: number;
  rate: string;
  /** Channels of each track of sound, those for slow lines left out. */
  channels: readonly number[];
  /** What a listener sees of them; default: whatever they are called. */
  labels?: readonly string[];
  /** Tracks of subtitles: what a viewer sees of them, when their cues begin (seconds), and their text; default: none. */
  subtitles?: readonly { label: string; begins: readonly number[]; text?: string }[];
  /** Seconds at which the flashes begin, as the source means them; default 0.6 and 1.6. `beeps` default to the same. */
  flashes?: readonly number[];
  beeps?: readonly number[];
  /** Lowest PSNR in dB of the first picture against the upright one, in RGB; default 28. null: colours are another's choice. */
  psnr?: number | null;
  /** The upright picture as a filter graph, where it is not the usual one. */
  reference?: string;
}
