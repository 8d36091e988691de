import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Endpoints, startPlatform } from '@rushes/infra/testing';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    endpoints: Endpoints;
    home: string;
  }
}

/** Profiles of our own beside the built-in ones. */
const PROFILES_FILE = fileURLToPath(new URL('profiles.json', import.meta.url));

/** Starts the whole of Rushes as `npm start` does, in a home of its own and on free ports, for all tests of the run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(join(tmpdir(), 'rushes-test-'));
  const platform = await startPlatform({ home, env: { ACK_WAIT: '2s', PROFILES_FILE } });
  project.provide('endpoints', platform.endpoints);
  project.provide('home', home);
  return async () => {
    await platform.stop();
    await rm(home, { recursive: true, force: true });
  };
}
