import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { connect, type NatsConnection } from 'nats';

/** A connection with the rights of one of the system's own users, from the file that the platform keeps for it. */
export async function connectAs(home: string, user: string): Promise<NatsConnection> {
  const env = parseEnv(await readFile(join(home, 'config', `${user}.env`), 'utf8'));
  return connect({
    servers: env.NATS_URL ?? '',
    user: env.NATS_USER ?? '',
    pass: env.NATS_PASSWORD ?? '',
    inboxPrefix: `_INBOX_${user}`,
  });
}
