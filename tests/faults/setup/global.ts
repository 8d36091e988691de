import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlatform } from '@rushes/infra/testing';
import type { TestProject } from 'vitest/node';
import { SERVICES } from './services.ts';

/** Servers and edge as `npm start` runs them, with short leases; the services are run by the tests themselves. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(join(tmpdir(), 'rushes-faults-'));
  const env = { ACK_WAIT: '2s', RECONCILE_INTERVAL: '2s', STUCK_AFTER: '1h', GENERATION_GRACE: '2s' };
  const platform = await startPlatform({ home, env, args: ['--without', SERVICES.join(',')] });
  project.provide('endpoints', platform.endpoints);
  project.provide('home', home);
  return async () => {
    await platform.stop();
    await rm(home, { recursive: true, force: true });
  };
}
