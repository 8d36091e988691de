import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogLost } from '../nats/index.ts';
import { startNats, type TestNats } from '../testing/nats.ts';
import { bootstrap, ensureBus } from './bootstrap.ts';
import { type BootstrapConfig, parseBootstrapConfig } from './config.ts';

let nats: TestNats;
let stateDir: string;
let config: BootstrapConfig;
beforeEach(async () => {
  nats = await startNats();
  stateDir = mkdtempSync(join(tmpdir(), 'rushes-bootstrap-'));
  config = parseBootstrapConfig({
    NATS_URL: nats.url,
    NATS_USER: 'admin',
    NATS_PASSWORD: nats.passwords.admin,
    STATE_DIR: stateDir,
    PATIENCE: '20s',
  });
});
afterEach(async () => {
  await nats.stop();
  rmSync(stateDir, { recursive: true, force: true });
});

async function run(): Promise<string[]> {
  const said: string[] = [];
  const { signal } = new AbortController();
  const patience = { forMs: config.patienceMs, signal, now: Date.now, waiting: () => undefined };
  const say = (line: string) => void said.push(line);
  await bootstrap(config, { patience, newId: () => crypto.randomUUID(), say, warn: say });
  return said;
}

async function withManager<T>(work: (manager: Awaited<ReturnType<typeof managerOf>>) => Promise<T>): Promise<T> {
  return work(await managerOf());
}
const managerOf = async () => (await nats.connectAs('admin')).jetstreamManager();

describe('bootstrap', () => {
  it('makes what NATS lacks, and nothing the second time', async () => {
    expect(await run()).toEqual([expect.stringContaining('NATS: made VIDEO, ')]);
    expect(await run()).toEqual(['NATS: all there']);
  });

  it('makes again what was lost beside the log', async () => {
    await run();
    await withManager((manager) => manager.streams.delete('PROGRESS'));
    expect(await ensureBus(config.nats, () => 'another')).toEqual(['PROGRESS']);
  });

  it('remembers the log over its own end: one that is gone with everything else is not made anew', async () => {
    await run();
    await withManager(async (manager) => {
      for await (const { config: stream } of manager.streams.list()) await manager.streams.delete(stream.name);
    });
    await expect(run()).rejects.toThrow(LogLost);
  });

  it('refuses a wrong password by saying which server it was', async () => {
    config = { ...config, patienceMs: 0, nats: { ...config.nats, password: 'wrong' } };
    await expect(run()).rejects.toThrow(`NATS at ${new URL(nats.url).host} could not be prepared: NatsError`);
  });
});
