/**
 * What a hostile file may not exceed or reach, on every call of ffmpeg and ffprobe. With ffmpeg's defaults a playlist
 * renamed to `.mp4` reads other people's files into the result and exits with 0: both whitelists are needed, either alone
 * is not enough.
 */

/** Demuxers that read one self-contained file. No playlist, no image sequence, no device. */
const ALLOWED_FORMATS = [
  'mov',
  'matroska',
  'avi',
  'mpegts',
  'mpeg',
  'mpegvideo',
  'ogg',
  'flv',
  'asf',
  'mxf',
  'dv',
  'h264',
  'hevc',
  'gif',
  'wav',
  'mp3',
  'aac',
  'flac',
] as const;

/** 40 million pixels: 8K (7680 × 4320) passes, a decompression bomb of 12000² does not. */
export const MAX_PIXELS = 40_000_000;

/** Bytes of one allocation inside ffmpeg: an 8K picture of 16 bits and four planes needs 265 MB. */
const MAX_ALLOC_BYTES = 512 * 1024 * 1024;

/** As many streams as an event may list. */
const MAX_STREAMS = 64;

/** Longest video in seconds. */
export const MAX_DURATION_SECONDS = 24 * 3600;

/** ffprobe reads headers and a few seconds of packets; a file that takes longer is built to take longer. Seconds. */
export const PROBE_TIMEOUT_SECONDS = 60;

/** Bytes of ffprobe's answer: 64 streams and their tags need a hundredth of it. */
export const PROBE_MAX_OUTPUT_BYTES = 8 * 1024 * 1024;

/** ffmpeg reports twice a second; without progress for so many seconds it is stopped. */
export const STALL_SECONDS = 120;

/** Options of the tool as a whole. Levels in stderr (`[error]`) are what `stderr.ts` reads. */
export const TOOL_OPTIONS = ['-hide_banner', '-loglevel', 'level+warning', '-max_alloc', `${MAX_ALLOC_BYTES}`] as const;

/** Options to stand before each input: only this file, only these demuxers, bounded. */
export const INPUT_OPTIONS = [
  '-protocol_whitelist',
  'file',
  '-format_whitelist',
  ALLOWED_FORMATS.join(','),
  '-max_streams',
  `${MAX_STREAMS}`,
  '-max_pixels',
  `${MAX_PIXELS}`,
] as const;

/** Options to stand before each output: a file of ours or a socket of ours, nothing else. */
export const OUTPUT_OPTIONS = ['-protocol_whitelist', 'file,unix'] as const;
