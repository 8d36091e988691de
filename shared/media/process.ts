import { type ChildProcess, spawn } from 'node:child_process';

/**
 * The environment a media tool gets: nothing of ours. Keys of the object store must not be in the memory of a process that
 * reads strangers' files.
 */
export function toolEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LANG: 'C', AV_LOG_FORCE_NOCOLOR: '1' };
}

/** Kills a process started with `detached` together with all it started. Quiet when it is gone already. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

export interface ToolResult {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
  /** Why we killed it, if we did. */
  stopped: 'timeout' | 'output' | null;
}

/**
 * Runs a tool that answers on stdout, in a process group of its own.
 * @param limits seconds until it is killed, bytes of output after which it is killed
 * @throws the signal's reason when aborted; the system's error when it cannot be started
 */
export function runTool(
  path: string,
  args: readonly string[],
  limits: { timeoutSeconds: number; maxOutputBytes: number },
  signal?: AbortSignal,
): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn(path, args, { detached: true, env: toolEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    let stopped: ToolResult['stopped'] = null;
    const stop = (why: ToolResult['stopped']) => {
      stopped ??= why;
      killGroup(child);
    };
    const onAbort = () => killGroup(child);
    const timer = setTimeout(() => stop('timeout'), limits.timeoutSeconds * 1000);
    signal?.addEventListener('abort', onAbort, { once: true });
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      output.stdout += piece;
      if (output.stdout.length > limits.maxOutputBytes) stop('output');
    });
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      output.stderr = (output.stderr + piece).slice(-64 * 1024);
    });
    const settle = (done: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      done();
    };
    child.on('error', (error) => settle(() => reject(error)));
    child.on('close', (code, killedBy) =>
      settle(() => (signal?.aborted ? reject(signal.reason) : resolve({ ...output, code, signal: killedBy, stopped }))),
    );
  });
}
