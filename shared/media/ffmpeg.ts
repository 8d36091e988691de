import type { ChildProcess } from 'node:child_process';
import createCommand, { type FfmpegCommand } from 'fluent-ffmpeg';
import { Failure } from '../errors.ts';
import { createDamageCounter, type Damage } from './damage.ts';
import { INPUT_OPTIONS, OUTPUT_OPTIONS, STALL_SECONDS, TOOL_OPTIONS } from './limits.ts';
import { killGroup, toolEnvironment } from './process.ts';
import { causeOfFailure, parseProgress, type ToolProgress } from './stderr.ts';

/** One run of ffmpeg, as data. Whitelists and limits are added to it, never left to the caller. */
export interface FfmpegJob {
  ffmpegPath: string;
  /** Local files, absolute; options as ffmpeg takes them, one word an item. */
  inputs: readonly { path: string; options?: readonly string[] }[];
  /** `-filter_complex` */
  filter?: string | undefined;
  /** `url`: an absolute path or `unix:<path of a socket>`. */
  outputs: readonly { url: string; options: readonly string[] }[];
  signal: AbortSignal;
  /** Seconds until it is stopped whatever it does. */
  timeoutSeconds: number;
  /** Seconds without progress until it is stopped; default STALL_SECONDS. */
  stallSeconds?: number | undefined;
  onProgress?: ((progress: ToolProgress) => void) | undefined;
  /** Told once, when the run has ended, well or badly. */
  onDamage?: ((damage: Damage) => void) | undefined;
  /** While true, ffmpeg stands still because we do not read its output: that is no stall. */
  isHeld?: (() => boolean) | undefined;
}

/** Lines of stderr that are kept. */
const STDERR_LINES = 50;

/**
 * Runs ffmpeg to its end, in a process group of its own which is killed as a whole.
 * @throws the signal's reason when aborted; Failure with the cause read from stderr, `tool_stalled` or `tool_killed`
 */
export async function runFfmpeg(job: FfmpegJob): Promise<void> {
  job.signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const command = buildCommand(job);
  const run = ownGroup(command);
  const errors: string[] = [];
  const damage = createDamageCounter();
  const watchdog = watch(job, (failure) => {
    reject(failure);
    run.kill();
  });
  const onAbort = () => {
    reject(job.signal.reason);
    run.kill();
  };
  job.signal.addEventListener('abort', onAbort, { once: true });
  command.on('stderr', (line: string) => {
    const progress = parseProgress(line);
    if (progress === null) {
      errors.push(line);
      damage.see(line);
    } else watchdog.saw(progress);
    if (errors.length > STDERR_LINES) errors.shift();
  });
  command.on('end', () => resolve());
  command.on('error', (error: Error) => reject(failureOf(error, run.exit(), errors.join('\n'))));
  command.run();
  try {
    await promise;
  } finally {
    watchdog.stop();
    job.signal.removeEventListener('abort', onAbort);
    await run.gone();
    job.onDamage?.(damage.damage());
  }
}

function buildCommand(job: FfmpegJob): FfmpegCommand {
  const command = createCommand({ stdoutLines: STDERR_LINES });
  command.setFfmpegPath(job.ffmpegPath);
  for (const [index, input] of job.inputs.entries()) {
    // fluent-ffmpeg puts its "global" options behind the inputs; before the first input is where they must stand.
    const tool = index === 0 ? [...TOOL_OPTIONS, '-nostdin', '-y', '-stats', '-stats_period', '0.5'] : [];
    command.input(`file:${input.path}`).inputOptions(...tool, ...INPUT_OPTIONS, ...(input.options ?? []));
  }
  if (job.filter !== undefined) command.complexFilter(job.filter);
  // Given one by one: an array with one item would be split at its spaces.
  for (const output of job.outputs) command.output(output.url).outputOptions(...output.options, ...OUTPUT_OPTIONS);
  return command;
}

type Spawn = (
  args: string[],
  options: Record<string, unknown>,
  onProcess: (child: ChildProcess, ...rings: unknown[]) => void,
  onEnd: (...result: unknown[]) => void,
) => void;

/** fluent-ffmpeg reads what was said from these when a run ends, and ends the whole process with a TypeError without them. */
const NOTHING_SAID = { get: () => '' };

/**
 * fluent-ffmpeg offers no way to set `detached` or `env`, so its spawning method is replaced on this one command. It is an
 * archived package, so the method will not change under us; the tests of this folder would notice.
 *
 * Its `progress` event must not be listened to: that would start an ffprobe on the input without our whitelists.
 */
function ownGroup(command: FfmpegCommand) {
  const spawner = command as unknown as { _spawnFfmpeg: Spawn };
  const original: Spawn = spawner._spawnFfmpeg.bind(command);
  let child: ChildProcess | undefined;
  let killed = false;
  const closed = Promise.withResolvers<void>();
  spawner._spawnFfmpeg = (args, options, onProcess, onEnd) => {
    // Calls that list formats and encoders give no process callback and run once in a process's life.
    if (typeof onEnd !== 'function') return original(args, options, onProcess, onEnd);
    if (killed) return onEnd(new Error('stopped before it was started'), NOTHING_SAID, NOTHING_SAID);
    const onStarted = (started: ChildProcess, ...rings: unknown[]) => {
      child = started;
      started.once('close', () => closed.resolve());
      started.once('error', () => closed.resolve());
      onProcess(started, ...rings);
    };
    original(args, { ...options, detached: true, env: toolEnvironment() }, onStarted, onEnd);
  };
  return {
    kill: () => {
      killed = true;
      if (child !== undefined && child.exitCode === null && child.signalCode === null) killGroup(child);
    },
    exit: () => ({ code: child?.exitCode ?? null, signal: child?.signalCode ?? null }),
    /** Resolves when no process of the run is left. */
    gone: () => (child === undefined ? Promise.resolve() : closed.promise),
  };
}

/** Milliseconds; a timer of more fires at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

function watch(job: FfmpegJob, stop: (failure: Failure) => void) {
  const stallSeconds = job.stallSeconds ?? STALL_SECONDS;
  let last = { frames: -1, seconds: -1 };
  let still = 0;
  const total = setTimeout(
    () => stop(new Failure('tool_stalled', { detail: `ffmpeg was not done within ${job.timeoutSeconds} s` })),
    Math.min(job.timeoutSeconds * 1000, LONGEST_TIMER),
  );
  const step = Math.min(1, stallSeconds / 4);
  const ticks = setInterval(() => {
    still = job.isHeld?.() === true ? 0 : still + step;
    if (still < stallSeconds) return;
    stop(new Failure('tool_stalled', { detail: `ffmpeg stood still for ${stallSeconds} s at frame ${last.frames}` }));
  }, step * 1000);
  return {
    saw(progress: ToolProgress) {
      if (progress.frames === last.frames && progress.seconds === last.seconds) return;
      last = progress;
      still = 0;
      job.onProgress?.(progress);
    },
    stop() {
      clearTimeout(total);
      clearInterval(ticks);
    },
  };
}

function failureOf(error: Error, exit: { code: number | null; signal: string | null }, stderr: string): Failure {
  const detail = `${error.message.slice(0, 500)}\n${stderr}`;
  if (exit.code === null && exit.signal === null) {
    return new Failure('tool_failed', { detail: `ffmpeg could not be started: ${detail}`, cause: error });
  }
  return new Failure(causeOfFailure(exit, stderr), { detail, cause: error });
}
