import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlatform } from '@rushes/infra/testing';
import { listen } from './listener.ts';
import type { RunDeps } from './platform-run.ts';

/** Runs something with a whole Rushes of its own, as `npm start` starts it, and takes it away behind it. */
export async function withPlatform<T>(run: (deps: RunDeps & { home: string }) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'rushes-bench-'));
  const platform = await startPlatform({ home });
  // What was started must not stay when the benchmark is cut off.
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => void platform.stop().finally(() => process.exit(1)));
  }
  try {
    const listener = await listen(platform.endpoints);
    try {
      return await run({ platform, listener, home });
    } finally {
      await listener.stop();
    }
  } finally {
    await platform.stop();
    await rm(home, { recursive: true, force: true });
  }
}
