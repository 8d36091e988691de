// What the suite asks of the Docker client. Plain JavaScript, because tests/run.mjs uses it before Node 24 is there.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export const LABEL = 'rushes.tests';

export async function docker(args, { timeoutMs = TIMEOUT_MS, both = false } = {}) {
  try {
    const { stdout, stderr } = await run('docker', args, { timeout: timeoutMs, maxBuffer: MAX_OUTPUT_BYTES });
    return both ? stdout + stderr : stdout.trim();
  } catch (error) {
    const why = error.killed ? `no end after ${timeoutMs / 1_000} s` : error.stderr?.trim() || error.message;
    // Without the whole command, which may be a script or hold what is nobody's business.
    throw Object.assign(new Error(`docker ${args.slice(0, 2).join(' ')} failed: ${why}`), { code: error.code });
  }
}

export async function dockerTrouble() {
  try {
    await docker(['version', '--format', '{{.Server.Version}}'], { timeoutMs: 10_000 });
    return null;
  } catch (error) {
    return error.code === 'ENOENT' ? 'there is no docker client' : 'Docker does not answer';
  }
}

export async function sweep(own) {
  const stale = await listed(own, 'ps', '--all', '--no-trunc');
  if (stale.length > 0) await docker(['rm', '--force', '--volumes', ...stale]);
  for (const kind of ['network', 'volume']) {
    const left = await listed(own, kind, 'ls');
    if (left.length > 0) await docker([kind, 'rm', ...left]);
  }
}

/** Names of what belongs to nobody who lives. */
async function listed(own, ...command) {
  const name = command[0] === 'ps' ? '{{.Names}}' : '{{.Name}}';
  const format = `${name} {{.Label "${LABEL}"}}`;
  const lines = await docker([...command, '--filter', `label=${LABEL}`, '--format', format]);
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '))
    .filter(([, pid]) => pid === own || !isRunning(Number(pid)))
    .map(([each]) => each);
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
