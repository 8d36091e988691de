import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identityOf } from './process-table.ts';
import { createSupervisor, type ProcessSpec, type Supervisor } from './processes.ts';

let dir: string;
let reports: string[];
let supervisor: Supervisor;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rushes-processes-'));
  reports = [];
  supervisor = createSupervisor({ logsDir: dir, report: (line) => reports.push(line), changed: () => undefined });
});
afterEach(async () => {
  await supervisor.stop([]);
  await rm(dir, { recursive: true, force: true });
});

/** A process that runs this script; ready when it has made the file `ready-<name>`. */
function spec(name: string, script: string, more: Partial<ProcessSpec> = {}): ProcessSpec {
  const ready = join(dir, `ready-${name}`);
  const code = `const ready = () => require('node:fs').writeFileSync(${JSON.stringify(ready)}, ''); ${script}`;
  return {
    name,
    command: process.execPath,
    args: ['-e', code],
    cwd: dir,
    env: {},
    ready: (signal) => until(() => existsSync(ready), signal),
    graceMs: 2_000,
    ...more,
  };
}

async function until(holds: () => boolean, signal: AbortSignal = AbortSignal.timeout(4_000)): Promise<void> {
  while (!holds()) await delay(10, undefined, { signal });
}

const FOREVER = 'ready(); setInterval(() => {}, 1000);';
const pidOf = (name: string) => supervisor.running().find((each) => each.name === name)?.pid ?? 0;

describe('the supervisor', () => {
  it('starts a process, keeps its output, and stops it', async () => {
    await supervisor.start(spec('a', `console.log('hello'); ${FOREVER}`));
    const [running] = supervisor.running();
    expect(running).toMatchObject({ name: 'a', identity: identityOf(running?.pid ?? 0) });
    expect(await readFile(supervisor.logPath('a'), 'utf8')).toBe('hello\n');
    await supervisor.stop([['a']]);
    expect(supervisor.running()).toEqual([]);
    expect(identityOf(running?.pid ?? 0)).toBeNull();
  });

  it('starts a process again that was killed, and says so', async () => {
    await supervisor.start(spec('a', FOREVER));
    const first = pidOf('a');
    process.kill(first, 'SIGKILL');
    await until(() => ![0, first].includes(pidOf('a')));
    await until(() => reports.length === 2);
    expect(reports[0]).toMatch(/^a ended \(SIGKILL\); starting it again in 0.5 s. Log: .*a\.log$/);
    expect(reports[1]).toBe('a is running again');
  });

  it('names a process that ends at once, with its last words and its log', async () => {
    const failing = spec('a', "console.error('no such luck'); process.exit(3);");
    await expect(supervisor.start(failing)).rejects.toThrow(
      /a ended at once \(exit code 3\).*no such luck\n {2}Log: .*a\.log/,
    );
  });

  it('names a command that does not exist', async () => {
    await expect(supervisor.start(spec('a', '', { command: '/no/such/program' }))).rejects.toThrow(/ENOENT/);
  });

  it('kills what does not stop in time, with all it started', async () => {
    const script = `process.on('SIGTERM', () => {}); const c = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']); require('node:fs').writeFileSync('child', String(c.pid)); ${FOREVER}`;
    await supervisor.start(spec('a', script, { graceMs: 200 }));
    const child = Number(await readFile(join(dir, 'child'), 'utf8'));
    expect(identityOf(child)).not.toBeNull();
    await supervisor.stop([['a']]);
    expect(supervisor.running()).toEqual([]);
    await until(() => identityOf(child) === null);
  });

  it('stops groups one after the other', async () => {
    const says = (name: string) =>
      `process.on('SIGTERM', () => setTimeout(() => { require('node:fs').appendFileSync('order', '${name} '); process.exit(); }, ${name === 'first' ? 200 : 0})); ${FOREVER}`;
    await Promise.all(['first', 'second'].map((name) => supervisor.start(spec(name, says(name)))));
    await supervisor.stop([['first'], ['second']]);
    expect(await readFile(join(dir, 'order'), 'utf8')).toBe('first second ');
  });

  it('starts nothing once it stops, also not what is being started', async () => {
    const starting = supervisor.start(spec('a', 'setInterval(() => {}, 1000)'));
    await Promise.all([expect(starting).rejects.toThrow(), supervisor.stop([['a']])]);
    await expect(supervisor.start(spec('b', FOREVER))).rejects.toThrow(/stopping/);
    expect(supervisor.running()).toEqual([]);
  });
});
