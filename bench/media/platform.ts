import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlatform } from '@rushes/infra/testing';
import { withCleanUp } from './interrupt.ts';
import { listen } from './listener.ts';
import type { RunDeps } from './platform-run.ts';

/** Runs something with a whole Rushes of its own, as `npm start` starts it, and takes it away behind it. */
export async function withPlatform<T>(run: (deps: RunDeps & { home: string }) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'rushes-bench-'));
  const platform = await startPlatform({ home });
  const cleanUp = async () => {
    await platform.stop();
    await rm(home, { recursive: true, force: true });
  };
  return withCleanUp(async () => {
    const listener = await listen(platform.endpoints);
    try {
      return await run({ platform, listener, home });
    } finally {
      await listener.stop();
    }
  }, cleanUp);
}
