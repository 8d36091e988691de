import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Endpoints } from '@rushes/infra/testing';
import { until } from '../../setup/client.ts';

export type ServiceName = keyof Endpoints['services'];

export interface StepMessage {
  step: string;
  videoId: string;
}

/** A service that a test runs itself. */
export interface RunningService {
  name: ServiceName;
  pid: number;
  /**
   * Resolves when it stands at one of the steps it was started with; it stands there until `go` or its death. Where a video
   * is named the steps of others are passed by.
   */
  reached(step: string, videoId?: string): Promise<StepMessage>;
  go(): void;
  /** Lets it pass every step from now on. */
  passAll(): void;
  signal(signal: NodeJS.Signals): void;
  /** Code or signal of its end. */
  ended: Promise<number | string>;
  /** Asks it to stop and waits for its end. */
  stop(): Promise<void>;
  /** All it has logged so far. */
  output(): string;
}

export interface Services {
  /** Starts a service and waits until it is ready. `steps`: where it stops (see run-service.ts). */
  start(name: ServiceName, options?: StartOptions): Promise<RunningService>;
  /** Starts those of the names that are not running. */
  startAll(names?: readonly ServiceName[]): Promise<void>;
  running(name: ServiceName): RunningService | undefined;
  stopAll(): Promise<void>;
}

export interface StartOptions {
  steps?: readonly string[];
  /** Over what the platform gives it. */
  env?: Record<string, string>;
  /** Also while another of its name runs: a second worker, on a port of its own. */
  beside?: boolean;
  /** Not waiting until it is ready, for what cannot become so. */
  impatient?: boolean;
  /** Put before `node`, e.g. to run it in namespaces of its own. */
  wrap?: readonly string[];
}

export const SERVICES: readonly ServiceName[] = [
  'upload-api',
  's3-event-ingest',
  'transcoder',
  'thumbnailer',
  'packager',
  'catalog',
];

const script = fileURLToPath(new URL('run-service.ts', import.meta.url));

/** Runs the services of a platform that was started `--without` them. */
export function createServices(home: string, endpoints: () => Endpoints): Services {
  const all = new Map<ServiceName, RunningService>();
  const started = new Set<RunningService>();

  const services: Services = {
    running: (name) => all.get(name),
    async start(name, options = {}) {
      if (all.has(name) && options.beside !== true) throw new Error(`${name} is running already`);
      const service = launch(home, name, options);
      started.add(service);
      if (options.beside !== true) all.set(name, service);
      void service.ended.then(() => {
        started.delete(service);
        if (all.get(name) === service) all.delete(name);
      });
      if (options.impatient === true || options.beside === true) return service;
      const { url } = endpoints().services[name];
      await until(`${name} to be ready`, async () => (await isReady(url)) || (await hasEnded(service)), Boolean, 30);
      if (await hasEnded(service)) throw new Error(`${name} ended at its start:\n${service.output().slice(-2_000)}`);
      return service;
    },
    async startAll(names = SERVICES) {
      await Promise.all(names.filter((name) => !all.has(name)).map((name) => services.start(name)));
    },
    async stopAll() {
      await Promise.all([...started].map((service) => service.stop()));
    },
  };
  return services;
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    // Nobody listens yet.
    return false;
  }
}

async function hasEnded(service: RunningService): Promise<boolean> {
  return (await Promise.race([service.ended, Promise.resolve('running')])) !== 'running';
}

function launch(home: string, name: ServiceName, options: StartOptions): RunningService {
  const env = { ...process.env, ...(options.beside === true ? { PORT: '0' } : {}), ...options.env };
  const [command = '', ...before] = [...(options.wrap ?? []), process.execPath];
  const args = [...before, `--env-file=${join(home, 'config', `${name}.env`)}`, script, name, ...(options.steps ?? [])];
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const waiting: StepMessage[] = [];
  let wake = Promise.withResolvers<void>();
  let passing = false;
  child.on('message', (message) => {
    if (passing) return child.send('go');
    waiting.push(message as StepMessage);
    wake.resolve();
    wake = Promise.withResolvers();
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      appendFileSync(join(home, 'logs', `test-${name}.log`), text);
    });
  }
  const ended = once(child, 'exit').then(([code, signal]: unknown[]) => (signal ?? code) as number | string);
  return {
    name,
    pid: child.pid ?? 0,
    async reached(step, videoId) {
      for (;;) {
        const next = waiting.shift();
        if (next?.step === step && (videoId ?? next.videoId) === next.videoId) return next;
        if (next !== undefined) {
          child.send('go');
          continue;
        }
        const end = await Promise.race([wake.promise, ended.then((how) => ({ how }))]);
        if (end !== undefined) throw new Error(`${name} ended (${end.how}) before ${step}:\n${output.slice(-2_000)}`);
      }
    },
    go: () => void child.send('go'),
    passAll() {
      passing = true;
      child.send('go');
    },
    signal: (signal) => sendSignal(child, signal),
    ended,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      passing = true;
      if (child.connected) child.send('go');
      await ended;
    },
    output: () => output,
  };
}

function sendSignal(child: ChildProcess, signal: NodeJS.Signals): void {
  if (!child.kill(signal)) throw new Error(`${child.pid} is gone already; ${signal} was not sent`);
}
