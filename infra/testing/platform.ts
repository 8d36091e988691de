import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Endpoints } from '../embedded/endpoints.ts';
import { ROOT } from '../embedded/tools.ts';
import { freePort } from './free-port.ts';

export interface PlatformOptions {
  /** RUSHES_HOME; kept when the platform stops, so that it can be started again on the same state. */
  home: string;
  /** Added to the environment of `npm start`; an empty value takes a variable away. */
  env?: Record<string, string>;
  /** Arguments of `npm start`. */
  args?: readonly string[];
  /** Seconds until it must be ready. */
  patience?: number;
}

export interface TestPlatform {
  endpoints: Endpoints;
  /** What is in endpoints.json now: pids change when a process was started again. */
  current(): Promise<Endpoints>;
  /** All that was printed so far. */
  output(): string;
  /** Process id of start.mjs. */
  pid: number;
  /** Stops it as Ctrl-C does; its exit code. */
  stop(): Promise<number>;
}

const PORTS = ['RUSHES_PORT', 'RUSHES_S3_PORT', 'RUSHES_NATS_PORT', 'RUSHES_MONGO_PORT', 'RUSHES_SQS_PORT'];

/** Starts the whole of Rushes by the very script `npm start` runs, on free ports, and waits until it is ready. */
export async function startPlatform(options: PlatformOptions): Promise<TestPlatform> {
  const ports = await Promise.all(PORTS.map(async (name) => [name, String(await freePort())] as const));
  const env = { ...process.env, ...Object.fromEntries(ports), ...options.env, RUSHES_HOME: options.home };
  const script = join(ROOT, 'infra/embedded/start.mjs');
  const child = spawn(process.execPath, [script, ...(options.args ?? [])], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  let code: number | undefined;
  const exited = once(child, 'exit').then(([exitCode]: unknown[]) => {
    const result = typeof exitCode === 'number' ? exitCode : 1;
    code = result;
    return result;
  });
  const current = async () => JSON.parse(await readFile(join(options.home, 'endpoints.json'), 'utf8')) as Endpoints;
  const stop = () => {
    child.kill('SIGINT');
    return exited;
  };
  const seconds = options.patience ?? 120;
  for (const deadline = Date.now() + seconds * 1_000; !output.includes(' s  ready\n'); await delay(50)) {
    if (code !== undefined) throw new Error(`npm start ended (exit code ${code}) before it was ready:\n${output}`);
    if (Date.now() < deadline) continue;
    await stop();
    throw new Error(`npm start was not ready after ${seconds} s:\n${output}`);
  }
  return { endpoints: await current(), current, output: () => output, pid: child.pid ?? 0, stop };
}
