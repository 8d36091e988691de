import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type NatsConnection } from 'nats';
import { findTools } from '../embedded/tools.ts';
import { natsServerConfig, type Passwords, USER_NAMES, type UserName } from '../nats/index.ts';
import { freePort } from './free-port.ts';

export interface TestNats {
  url: string;
  passwords: Passwords;
  /** A connection as this user, with the inboxes the user may subscribe. */
  connectAs(user: UserName, options?: ConnectionOptions): Promise<NatsConnection>;
  stop(): Promise<void>;
}

/** A nats-server of its own with the users and rights of Rushes, in a folder that is removed with it. */
export async function startNats(): Promise<TestNats> {
  const dir = await mkdtemp(join(tmpdir(), 'rushes-nats-'));
  const port = await freePort();
  const passwords = Object.fromEntries(USER_NAMES.map((user) => [user, `password-of-${user}`])) as Passwords;
  const config = join(dir, 'nats.conf');
  const options = { host: '127.0.0.1', port, storeDir: join(dir, 'store'), serverName: 'test', passwords };
  await writeFile(config, natsServerConfig(options));
  const server = spawn(findTools(process.env).natsServer, ['-c', config], { stdio: 'ignore' });
  const exited = once(server, 'exit');
  const url = `nats://127.0.0.1:${port}`;
  const connections: NatsConnection[] = [];
  const connectAs = async (user: UserName, more: ConnectionOptions = {}) => {
    const credentials = { user, pass: passwords[user], inboxPrefix: `_INBOX_${user}` };
    const connection = await connect({
      servers: url,
      ...credentials,
      waitOnFirstConnect: true,
      reconnectTimeWait: 50,
      ...more,
    });
    connections.push(connection);
    return connection;
  };
  return {
    url,
    passwords,
    connectAs,
    async stop() {
      await Promise.all(connections.map((connection) => connection.close()));
      server.kill('SIGTERM');
      await exited;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
