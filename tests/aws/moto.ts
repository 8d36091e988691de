import { execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@rushes/infra/testing';
import { until } from '../setup/client.ts';

/** moto's account, whoever calls. */
export const ACCOUNT = '123456789012';

export interface Moto {
  endpoint: string;
  /** What it printed: a line for each request. */
  output(): string;
  stop(): Promise<void>;
}

const ROOT = join(import.meta.dirname, '../..');
const REQUIREMENTS = join(import.meta.dirname, 'moto-requirements.txt');

/** The moto server: S3 and SQS as AWS has them, with notifications from the one to the other, in memory. */
export async function startMoto(): Promise<Moto> {
  const dir = await installMoto();
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const args = ['-m', 'moto.server', '--host', '127.0.0.1', '--port', String(port)];
  const server = spawn('python3', args, {
    env: { ...process.env, PYTHONPATH: dir, PYTHONNOUSERSITE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [server.stdout, server.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const exited = once(server, 'exit');
  const answers = async () => {
    if (server.exitCode !== null) throw new Error(`moto ended:\n${output}`);
    return fetch(`${endpoint}/moto-api/`).then(
      ({ ok }) => ok,
      () => false,
    );
  };
  await until('moto to answer', answers, Boolean, 30);
  return {
    endpoint,
    output: () => output,
    async stop() {
      server.kill('SIGTERM');
      await exited;
    },
  };
}

/** Installs it beside the servers of `npm start`, once for these requirements: completely or not at all. */
async function installMoto(): Promise<string> {
  const hash = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 16);
  const dir = join(ROOT, '.rushes/tools', `moto-${hash}`);
  if (existsSync(dir)) return dir;
  const partial = `${dir}.${randomBytes(6).toString('hex')}`;
  const args = [
    '-m',
    'pip',
    'install',
    '--no-deps',
    '--only-binary=:all:',
    '--require-hashes',
    '--no-compile',
    '--quiet',
  ];
  args.push('--no-input', '--disable-pip-version-check', '--target', partial, '-r', REQUIREMENTS);
  try {
    await promisify(execFile)('python3', args, { env: { ...process.env, PIP_USER: '0', PIP_REQUIRE_VIRTUALENV: '0' } });
    await rename(partial, dir);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return dir;
}
