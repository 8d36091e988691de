import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { connect, credsAuthenticator, type NatsConnection } from 'nats';
import { SetupError } from '../embedded/install.mjs';
import { ROOT } from '../embedded/tools.ts';

/** Where a tool that is run by hand finds the state of `npm start`. */
export function homeOf(env: NodeJS.ProcessEnv): string {
  return resolve(env.RUSHES_HOME || join(ROOT, '.rushes'));
}

/**
 * The address and identity of the administrator: from the environment where NATS_URL is set, else as the last `npm start` wrote
 * them for its home. Throws SetupError where neither is.
 */
export function adminEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (env.NATS_URL) return env;
  const file = join(homeOf(env), 'config', 'admin.env');
  try {
    return { ...env, ...parseEnv(readFileSync(file, 'utf8')) };
  } catch (error) {
    const problem = `There is no ${file}: start Rushes with npm start, or set RUSHES_HOME, or NATS_URL and its credentials.`;
    throw new SetupError(problem, { cause: error });
  }
}

/** Connects as the administrator, or says that nothing answers. Throws SetupError. */
export async function connectAdmin(env: NodeJS.ProcessEnv): Promise<NatsConnection> {
  const { NATS_URL, NATS_USER, NATS_PASSWORD, NATS_CREDS } = env;
  try {
    return await connect({
      servers: NATS_URL ?? '',
      name: 'admin',
      reconnect: false,
      timeout: 5_000,
      ...(NATS_CREDS
        ? { authenticator: credsAuthenticator(await readFile(NATS_CREDS)) }
        : { user: NATS_USER, pass: NATS_PASSWORD }),
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SetupError(`NATS at ${NATS_URL} does not let us in (${why}). Does Rushes run (npm start)?`, {
      cause: error,
    });
  }
}
