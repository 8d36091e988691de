import { open } from 'node:fs/promises';
import { Failure } from '../errors.ts';
import { type ProbedFile, probedFileSchema } from './document.ts';
import { INPUT_OPTIONS, PROBE_MAX_OUTPUT_BYTES, PROBE_TIMEOUT_SECONDS, TOOL_OPTIONS } from './limits.ts';
import { runTool, type ToolResult } from './process.ts';
import { notAVideoMessage, type Sniffed, sniff } from './sniff.ts';
import { causeOfFailure } from './stderr.ts';
import { type FrameTiming, frameTiming } from './timing.ts';

export interface ProbeOptions {
  ffprobePath: string;
  signal?: AbortSignal | undefined;
  /** Seconds; default PROBE_TIMEOUT_SECONDS. */
  timeoutSeconds?: number | undefined;
}

/**
 * Asks ffprobe what a local file holds.
 * @throws Failure `not_a_video` (saying what it is instead), `forbidden_content` for playlists, `corrupt`, `too_large`,
 * `unsupported_codec`, `tool_killed`, `tool_stalled`, `tool_failed`
 */
export async function probe(path: string, options: ProbeOptions): Promise<ProbedFile> {
  const sniffed = sniff(await readStart(path));
  if (sniffed !== null) throw refusal(sniffed);
  const result = await runProbe(path, ['-of', 'json', '-show_streams', '-show_format'], options);
  const parsed = probedFileSchema.safeParse(JSON.parse(result.stdout));
  if (parsed.success) {
    refuseTooLarge(parsed.data, result.stderr);
    return parsed.data;
  }
  throw new Failure('tool_failed', { detail: `ffprobe's answer is not as expected: ${parsed.error.message}` });
}

/**
 * Measures the first video stream's pictures from its packets, without decoding.
 * @param seconds how much of the beginning to read; undefined: all of it, for files that do not say how long they are
 */
export async function measureTiming(
  path: string,
  seconds: number | undefined,
  options: ProbeOptions,
): Promise<FrameTiming> {
  const interval = seconds === undefined ? [] : ['-read_intervals', `%+${seconds}`];
  const entries = ['-select_streams', 'V:0', '-show_entries', 'packet=pts_time,duration_time,flags', '-of', 'csv=p=0'];
  const result = await runProbe(path, [...interval, ...entries], options);
  return frameTiming(result.stdout);
}

/** Of a picture above our limit ffprobe tells no size, and ends well: only what it said on the way tells why. */
function refuseTooLarge(file: ProbedFile, stderr: string): void {
  const videos = file.streams.filter(
    (stream) => stream.codec_type === 'video' && stream.disposition.attached_pic !== 1,
  );
  if (videos.length === 0 || videos.some((stream) => stream.width !== undefined && stream.width > 0)) return;
  if (causeOfFailure({ code: 1, signal: null }, stderr) === 'too_large') {
    throw new Failure('too_large', { detail: stderr.slice(0, 1000) });
  }
}

function refusal(sniffed: Sniffed): Failure {
  if (sniffed === 'playlist') return new Failure('forbidden_content', { detail: 'starts like a playlist' });
  return new Failure('not_a_video', { message: notAVideoMessage(sniffed) });
}

async function readStart(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function runProbe(path: string, args: readonly string[], options: ProbeOptions): Promise<ToolResult> {
  const timeoutSeconds = options.timeoutSeconds ?? PROBE_TIMEOUT_SECONDS;
  const result = await runTool(
    options.ffprobePath,
    [...TOOL_OPTIONS, ...INPUT_OPTIONS, ...args, `file:${path}`],
    { timeoutSeconds, maxOutputBytes: PROBE_MAX_OUTPUT_BYTES },
    options.signal,
  );
  const detail = `ffprobe ended with ${result.signal ?? result.code}: ${result.stderr.slice(-4000)}`;
  if (result.stopped === 'timeout') {
    throw new Failure('tool_stalled', { detail: `ffprobe did not answer within ${timeoutSeconds} s. ${detail}` });
  }
  if (result.stopped === 'output') {
    throw new Failure('corrupt', { detail: `ffprobe answered more than ${PROBE_MAX_OUTPUT_BYTES} bytes` });
  }
  if (result.code === 0 && result.signal === null) return result;
  const code = causeOfFailure(result, result.stderr);
  if (code === 'not_a_video') throw new Failure(code, { message: notAVideoMessage(null), detail });
  throw new Failure(code, { detail });
}
