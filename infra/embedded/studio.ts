import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SetupError } from './install.mjs';
import { ROOT } from './tools.ts';

/** Builds the Studio's files into `web/dist`; turbo does nothing where they are made from these very sources. */
export async function buildStudio(): Promise<void> {
  const turbo = join(ROOT, 'node_modules/.bin/turbo');
  const args = ['run', 'build', '--filter=@rushes/web', '--output-logs=errors-only', '--no-update-notifier'];
  // Everything of the environment but what would change the cache's key or call home.
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
  try {
    await promisify(execFile)(turbo, args, { cwd: ROOT, env, maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error ? String(error.stdout).trim() : '';
    throw new SetupError(
      `The Studio could not be built. ${output.split('\n').slice(-12).join('\n  ') || String(error)}`,
    );
  }
}
