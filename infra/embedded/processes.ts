import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SetupError } from './install.mjs';
import { identityOf, killTree } from './process-table.ts';

export interface ProcessSpec {
  name: string;
  command: string;
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Resolves once it does its work; called again after each restart. */
  ready(signal: AbortSignal): Promise<void>;
  /** How long it may take to stop before it is killed, in milliseconds. */
  graceMs: number;
  /** Removes what a killed process leaves behind. */
  afterExit?: () => void;
}

export interface RunningProcess {
  name: string;
  pid: number;
  /** Tells it from a later process with the same number. */
  identity: string;
}

export interface Supervisor {
  /** Starts a process, waits until it is ready and from then on starts it again whenever it ends. Throws SetupError. */
  start(spec: ProcessSpec): Promise<void>;
  /** Stops everything, group after group, a group's processes at the same time. Nothing starts any more. */
  stop(groups: readonly (readonly string[])[]): Promise<void>;
  running(): RunningProcess[];
  logPath(name: string): string;
}

export interface SupervisorDeps {
  logsDir: string;
  /** A line for the person at the terminal. */
  report(line: string): void;
  /** Called synchronously whenever a process was started or has ended. */
  changed(): void;
  /** Called when a process that had ended does its work again. */
  again?(name: string): void;
}

const BACKOFF_MS = [500, 1_000, 2_000, 5_000, 10_000, 30_000];
/** A process that lived this long starts again without delay grown from earlier failures. */
const STEADY_MS = 60_000;
const READY_MS = 60_000;
const MAX_LOG_BYTES = 20_000_000;

interface Supervised {
  spec: ProcessSpec;
  child: ChildProcess | undefined;
  identity: string;
  failures: number;
  stopping: AbortController;
}

export function createSupervisor(deps: SupervisorDeps): Supervisor {
  const all = new Map<string, Supervised>();
  let closed = false;
  const logPath = (name: string) => join(deps.logsDir, `${name}.log`);

  /** Resolves with how it ended. */
  const launch = (each: Supervised): Promise<string> => {
    const { spec } = each;
    const output = openLog(logPath(spec.name));
    const { command, args, cwd, env } = spec;
    // A process group of its own: Ctrl-C in the terminal must reach the supervisor alone, which stops all in order.
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', output, output], detached: true });
    closeSync(output);
    const startedAt = Date.now();
    each.child = child;
    each.identity = child.pid === undefined ? '' : (identityOf(child.pid) ?? '');
    deps.changed();
    return new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : signal));
    }).then((reason) => {
      each.child = undefined;
      if (Date.now() - startedAt > STEADY_MS) each.failures = 0;
      spec.afterExit?.();
      deps.changed();
      return reason;
    });
  };

  /** Rejects when the process ends, or is not ready in time; then it is killed. */
  const untilReady = async (each: Supervised, ended: Promise<string>): Promise<void> => {
    const giveUp = new AbortController();
    const signal = AbortSignal.any([giveUp.signal, each.stopping.signal, AbortSignal.timeout(READY_MS)]);
    try {
      const died = ended.then((reason) => {
        throw new SetupError(describeEnd(each.spec.name, reason, logPath(each.spec.name)));
      });
      await Promise.race([each.spec.ready(signal), died]);
    } finally {
      giveUp.abort();
    }
  };

  const keepRunning = async (each: Supervised, first: Promise<string>): Promise<void> => {
    const { name } = each.spec;
    for (let ended = first; ; ) {
      const reason = await ended;
      if (each.stopping.signal.aborted) return;
      const waitMs = BACKOFF_MS[Math.min(each.failures, BACKOFF_MS.length - 1)] ?? 0;
      each.failures += 1;
      deps.report(`${name} ended (${reason}); starting it again in ${waitMs / 1_000} s. Log: ${logPath(name)}`);
      await delay(waitMs, undefined, { signal: each.stopping.signal }).catch(() => undefined);
      if (each.stopping.signal.aborted) return;
      ended = launch(each);
      void untilReady(each, ended).then(
        () => {
          deps.report(`${name} is running again`);
          deps.again?.(name);
        },
        // Its end is reported by the loop; one that hangs is made to end.
        () => each.child?.pid !== undefined && killTree(each.child.pid),
      );
    }
  };

  return {
    logPath,
    running: () =>
      [...all.values()].flatMap(({ spec, child, identity }) =>
        child?.pid === undefined ? [] : [{ name: spec.name, pid: child.pid, identity }],
      ),
    async start(spec) {
      if (closed) throw new SetupError(`${spec.name} was not started: everything is stopping.`);
      const each: Supervised = { spec, child: undefined, identity: '', failures: 0, stopping: new AbortController() };
      all.set(spec.name, each);
      const ended = launch(each);
      try {
        await untilReady(each, ended);
      } catch (error) {
        if (error instanceof SetupError || each.stopping.signal.aborted) throw error;
        const log = logPath(spec.name);
        throw new SetupError(`${spec.name} was not ready after ${READY_MS / 1_000} s (${error}). Log: ${log}`);
      }
      void keepRunning(each, ended);
    },
    async stop(groups) {
      closed = true;
      for (const each of all.values()) each.stopping.abort(new Error('stopping'));
      for (const names of groups) await Promise.all(names.map((name) => end(all.get(name))));
      await Promise.all([...all.values()].map(end));
    },
  };
}

async function end(each: Supervised | undefined): Promise<void> {
  const child = each?.child;
  if (each === undefined || child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.pid !== undefined && killTree(child.pid), each.spec.graceMs);
  await exited;
  clearTimeout(timer);
}

function openLog(path: string): number {
  try {
    if (statSync(path).size > MAX_LOG_BYTES) renameSync(path, `${path}.old`);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  return openSync(path, 'a', 0o600);
}

function describeEnd(name: string, reason: string, log: string): string {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  return `${name} ended at once (${reason}). Its last words: ${(lines.at(-1) ?? '').slice(0, 500)}\n  Log: ${log}`;
}
