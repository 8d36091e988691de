import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SetupError } from '../embedded/install.mjs';
import { adminEnvironment, connectAdmin } from './admin.ts';
import { backup } from './backup.ts';
import { runCommand, say, sizeText } from './command.ts';
import type { StreamEntry } from './manifest.ts';
import { SnapshotFailed } from './snapshot.ts';

const USAGE = `npm run backup -- <folder>
Backs up the event log and the buckets beside it into a new folder, while Rushes runs.`;

/** `npm run backup`: of the Rushes of RUSHES_HOME, or of the NATS that NATS_URL names. */
async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    options: { help: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  if (values.help) {
    say(USAGE);
    return 0;
  }
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw new SetupError(`Name one folder.\n${USAGE}`);
  const dir = resolve(folder);
  const connection = await connectAdmin(adminEnvironment(process.env));
  try {
    const { logId, takenAt } = await backup({ connection, dir, now: () => new Date(), done });
    say(`backed up log ${logId} as of ${takenAt} to ${dir}`);
    return 0;
  } catch (error) {
    throw error instanceof SnapshotFailed ? new SetupError(`${error.message}. Nothing was kept; try again.`) : error;
  } finally {
    await connection.close();
  }
}

function done({ name, messages, lastSequence, files }: StreamEntry): void {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  say(`${name.padEnd(15)} ${messages} messages, to sequence ${lastSequence}, ${sizeText(bytes)}`);
}

await runCommand(() => main(process.argv.slice(2)));
