import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { World } from './harness.ts';

const SCRIPT = fileURLToPath(new URL('../../services/catalog/src/rebuild-command.ts', import.meta.url));

/** A run of the command as a process of its own. */
export interface Rebuild {
  /** All that it wrote so far, errors too. */
  output(): string;
  done: Promise<{ code: number | null; output: string }>;
  /** kill -9 */
  kill(): Promise<void>;
}

/** Runs it with these variables and no others. */
export function rebuildWith(args: readonly string[], env: Record<string, string>): Rebuild {
  const child = spawn(process.execPath, [SCRIPT, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const closed = once(child, 'close');
  return {
    output: () => output,
    done: closed.then(() => ({ code: child.exitCode, output })),
    async kill() {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

/** The file that `npm start` writes for the catalog, as far as the command reads it. */
export async function writeHome(home: string, world: World): Promise<void> {
  const variables = {
    NATS_URL: world.nats.url,
    NATS_USER: 'catalog',
    NATS_PASSWORD: world.nats.passwords.catalog,
    MONGODB_URL: world.mongo.url,
    CDN_BASE_URL: 'https://cdn.example/media',
    ACK_WAIT: '2s',
  };
  await mkdir(join(home, 'config'));
  const lines = Object.entries(variables).map(([name, value]) => `${name}="${value}"\n`);
  await writeFile(join(home, 'config/catalog.env'), lines.join(''), { mode: 0o600 });
}
