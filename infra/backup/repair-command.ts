import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, parseEnv } from 'node:util';
import { videoIdSchema } from '@rushes/shared/events';
import { z } from 'zod';
import { homeLayout, readJson } from '../embedded/files.ts';
import { SetupError } from '../embedded/install.mjs';
import { ROOT } from '../embedded/tools.ts';
import { adminEnvironment, connectAdmin, homeOf } from './admin.ts';
import { askAgain } from './ask-again.ts';
import { runCommand, say } from './command.ts';
import { repairClaims, repairDeps } from './repair.ts';

const USAGE = `npm run repair
After a restore, while Rushes runs: makes claims, index, uploads and the log agree again. May be repeated at any time.`;

/** `npm run repair`, later `rushes repair`. */
async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { help: { type: 'boolean', default: false } } });
  if (values.help) {
    say(USAGE);
    return 0;
  }
  const env = adminEnvironment(process.env);
  const connection = await connectAdmin(env);
  try {
    const deps = await repairDeps(connection, env);
    await repairClaims(deps, say);
    const code = await reconcileUploads(process.env);
    if (code !== 0) throw new SetupError(`The uploads could not be reconciled (exit code ${code}); see above.`);
    const index = await deps.client.views.kv('OPEN_VIDEOS', { bindOnly: true });
    const asked = await askAgain(deps, await videosIn(index));
    say(`jobs: ${asked.length} asked for again`);
  } finally {
    await connection.close();
  }
  await sayReadModel();
  return 0;
}

/** The ingest owns the uploads and the index: its own command does this part, as its own user. */
async function reconcileUploads(env: NodeJS.ProcessEnv): Promise<number | null> {
  const file = join(homeLayout(homeOf(env)).config, 's3-event-ingest.env');
  const own = env.NATS_URL || !existsSync(file) ? {} : parseEnv(readFileSync(file, 'utf8'));
  const script = join(ROOT, 'services/s3-event-ingest/src/repair-command.ts');
  const child = spawn(process.execPath, [script], { env: { ...env, ...own }, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

async function videosIn(index: { keys(): Promise<AsyncIterable<string>> }): Promise<string[]> {
  const ids: string[] = [];
  for await (const key of await index.keys()) if (videoIdSchema.safeParse(key).success) ids.push(key);
  return ids;
}

const endpointsSchema = z.object({ services: z.object({ catalog: z.object({ url: z.url() }) }) });
const readySchema = z.object({ checks: z.record(z.string(), z.string()) });

/** Only the catalog knows how far its read model is, and whether it is of this log. */
async function sayReadModel(): Promise<void> {
  const endpoints = readJson(homeLayout(homeOf(process.env)).endpoints, endpointsSchema);
  if (endpoints === undefined) {
    say('read model: ask the catalog at /readyz; if it is of another log, run npm run rebuild');
    return;
  }
  const answer = await fetch(`${endpoints.services.catalog.url}/readyz`);
  const { projection } = readySchema.parse(await answer.json()).checks;
  if (projection === 'ok') say('read model: of this log, and serving');
  else say(`! read model: ${projection}\n  npm run rebuild makes it anew from the log`);
}

await runCommand(() => main(process.argv.slice(2)));
