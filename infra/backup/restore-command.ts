import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { natsPlace, rememberLog } from '../embedded/bootstrap.ts';
import { homeLayout } from '../embedded/files.ts';
import { SetupError } from '../embedded/install.mjs';
import { adminEnvironment, connectAdmin, homeOf } from './admin.ts';
import { runCommand, say } from './command.ts';
import { withEmbeddedNats } from './embedded-nats.ts';
import { noteRestored } from './repair.ts';
import { type Restored, restore } from './restore.ts';
import { SnapshotFailed } from './snapshot.ts';

const USAGE = `npm run restore -- <folder> [--replace]
Puts the event log and its buckets back from a backup while Rushes does not run; --replace also where there is a log with
events, which is then forgotten. Afterwards: npm start, and beside it npm run repair.`;

/**
 * `npm run restore`: into the NATS of RUSHES_HOME, which it starts for the time it takes, or into the one that NATS_URL names.
 */
async function main(args: string[]): Promise<number> {
  const options = { help: { type: 'boolean', default: false }, replace: { type: 'boolean', default: false } } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  if (values.help) {
    say(USAGE);
    return 0;
  }
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw new SetupError(`Name one folder.\n${USAGE}`);
  const layout = homeLayout(homeOf(process.env));
  const into = async (env: NodeJS.ProcessEnv, embedded: boolean) => {
    const place = natsPlace({ embedded, url: env.NATS_URL ?? '' });
    // Where no npm start ever ran there is no memory to put right.
    const expect = (logId: string) => {
      if (!existsSync(layout.state)) return;
      rememberLog(layout, place, logId);
      noteRestored(layout, logId);
    };
    // One server refuses more than one copy of a stream; what a cluster had, a cluster gets back.
    const replicas = embedded ? 1 : undefined;
    say(await restoreInto(env, { dir: resolve(folder), replace: values.replace, replicas, expect }));
  };
  if (process.env.NATS_URL) await into(adminEnvironment(process.env), false);
  else await withEmbeddedNats(layout, process.env, (env) => into(env, true));
  say('Now run npm start and, while it runs, npm run repair.');
  return 0;
}

async function restoreInto(
  env: NodeJS.ProcessEnv,
  options: { dir: string; replace: boolean; replicas: number | undefined; expect: (logId: string) => void },
): Promise<string> {
  const connection = await connectAdmin(env);
  try {
    const newId = () => crypto.randomUUID();
    const restored = await restore({
      ...options,
      connection,
      newId,
      done: ({ name, messages }) => say(`${name.padEnd(15)} ${messages} messages`),
    });
    return summary(restored);
  } catch (error) {
    if (!(error instanceof SnapshotFailed)) throw error;
    throw new SetupError(`${error.message}. There may be no log now: repeat the restore, also from another backup.`);
  } finally {
    await connection.close();
  }
}

function summary({ logId, lastSequence, ahead }: Restored): string {
  const durables = ahead.length === 0 ? '' : ` Made again at the next start: ${ahead.join(', ')}.`;
  return `restored the log to sequence ${lastSequence}; its log id is ${logId} from now on.${durables}`;
}

await runCommand(() => main(process.argv.slice(2)));
