import type { FailureCode } from '../errors.ts';

/** How a media tool ended. `signal`: what killed it, if something did. */
export interface ToolExit {
  code: number | null;
  signal: string | null;
}

/** Causes in the order they are looked for: what stands higher explains what follows it in stderr. */
const CAUSES: readonly (readonly [RegExp, FailureCode])[] = [
  [/received signal \d+/i, 'tool_killed'],
  [/No space left on device|Disk quota exceeded/i, 'disk_full'],
  [/\[(?:hls|concat|dash|sdp|rtsp|rtp|imf|image2)[^\]]*\].*Format not on whitelist/i, 'forbidden_content'],
  [/Protocol '[^']*' not on whitelist/i, 'forbidden_content'],
  [/detected only with low score|Format not on whitelist|Unknown input format/i, 'not_a_video'],
  [/moov atom not found|EBML header parsing failed|error reading header|Truncating packet of size/i, 'corrupt'],
  [/Picture size \d+x\d+ (?:is invalid|exceeds)|exceeds specified max pixel count/i, 'too_large'],
  [
    /no decoder found|Decoder .* not found|Decoder not found|Unknown decoder|is not supported by this/i,
    'unsupported_codec',
  ],
  [/matches no streams|does not contain any stream|Cannot find a matching stream/i, 'no_video_stream'],
  [/Invalid data found when processing input|Error while decoding|Decode error rate/i, 'corrupt'],
];

/**
 * Why ffmpeg or ffprobe failed, from its end and the last lines of stderr (written with `-loglevel level+warning`, so that
 * no text of the file's own metadata stands in it). `tool_failed` when the cause is not known; `not_a_video` when no demuxer
 * (named as `[mov @ 0x…]`) took the file for its own before it was found invalid.
 */
export function causeOfFailure(exit: ToolExit, stderr: string): FailureCode {
  if (exit.signal !== null) return 'tool_killed';
  const code = CAUSES.find(([pattern]) => pattern.test(stderr))?.[1] ?? 'tool_failed';
  return code === 'corrupt' && !/\[[^\]]+ @ /.test(stderr) ? 'not_a_video' : code;
}

/** ffmpeg's report of where it stands: frames written, seconds of media written. */
export interface ToolProgress {
  frames: number;
  seconds: number;
}

/** Reads one line of `-stats`; null when it is another line. `time=N/A` (nothing written yet) is 0 s. */
export function parseProgress(line: string): ToolProgress | null {
  const time = /\btime=\s*(?:N\/A|(-?)(\d+):(\d\d):(\d\d(?:\.\d+)?))/.exec(line);
  if (time === null || !/\bspeed=/.test(line)) return null;
  const frames = Number(/\bframe=\s*(\d+)/.exec(line)?.[1] ?? 0);
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = time;
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return { frames, seconds: sign === '-' ? 0 : total };
}
