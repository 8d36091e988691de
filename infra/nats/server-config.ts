import { permissionsOf } from './rights.ts';
import { USER_NAMES, type UserName } from './table.ts';

export type Passwords = Record<UserName, string>;

export interface NatsServerOptions {
  host: string;
  port: number;
  storeDir: string;
  passwords: Passwords;
  /** Name in a cluster; also shown to clients. */
  serverName: string;
}

/**
 * The text of a nats-server configuration: users and their rights from the table, nobody anonymous, every write of
 * JetStream synced to disk before it is acknowledged (the default acknowledges up to two minutes before).
 */
export function natsServerConfig(options: NatsServerOptions): string {
  return [
    `server_name: ${text(options.serverName)}`,
    `listen: ${text(`${options.host}:${options.port}`)}`,
    'jetstream {',
    `  store_dir: ${text(options.storeDir)}`,
    '  sync_interval: always',
    // PROGRESS alone lives in memory; the default would be three quarters of the machine's.
    '  max_memory_store: 268435456',
    '}',
    // An event is at most 256 KiB.
    'max_payload: 1048576',
    'authorization {',
    '  users: [',
    ...USER_NAMES.map((user) => `    ${userLine(user, options.passwords[user])}`),
    '  ]',
    '}',
    '',
  ].join('\n');
}

function userLine(user: UserName, password: string): string {
  const permissions = permissionsOf(user);
  const credentials = `user: ${text(user)}, password: ${text(password)}`;
  if (permissions === null) return `{ ${credentials} }`;
  const { publish, subscribe } = permissions;
  const rights = `publish: { allow: ${list(publish.allow)}, deny: ${list(publish.deny)} }, subscribe: { allow: ${list(subscribe.allow)} }`;
  return `{ ${credentials}, permissions: { ${rights} } }`;
}

/** JSON's quoting is understood by the server's format; unquoted, `$JS` would be read as a variable. */
function text(value: string): string {
  return JSON.stringify(value);
}

function list(values: readonly string[]): string {
  return `[${values.map(text).join(', ')}]`;
}
