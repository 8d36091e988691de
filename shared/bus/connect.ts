import { readFile } from 'node:fs/promises';
import { connect, credsAuthenticator, DebugEvents, Events, type NatsConnection } from 'nats';
import type { Logger } from 'pino';

export interface BusOptions {
  /** The service's name; also the prefix of its inboxes, which is all it may subscribe to. */
  service: string;
  url: string;
  user?: string | undefined;
  password?: string | undefined;
  /** Path of a credentials file, instead of user and password. */
  credentials?: string | undefined;
}

/**
 * Connects to NATS and stays connected: waits for a server that is not there yet and reconnects for ever, saying so in the
 * log each time it changes. Only `close()` ends it.
 */
export async function connectBus(options: BusOptions, log: Logger): Promise<NatsConnection> {
  log.info('connecting to NATS');
  const connection = await connect({
    // Several nodes of a cluster are named by commas.
    servers: options.url.split(',').map((server) => server.trim()),
    name: options.service,
    inboxPrefix: `_INBOX_${options.service}`,
    ...(options.credentials === undefined
      ? { user: options.user, pass: options.password }
      : { authenticator: credsAuthenticator(await readFile(options.credentials)) }),
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    reconnectJitter: 500,
    // A server that is gone without a word is noticed after two missed pings.
    pingInterval: 10_000,
    maxPingOut: 2,
  });
  void report(connection, log);
  return connection;
}

/** Remembers when a connection was last lost and made again, in milliseconds since 1970. */
export function watchReconnects(connection: NatsConnection, now: () => Date): () => number | undefined {
  let last: number | undefined;
  void (async () => {
    for await (const status of connection.status()) if (status.type === Events.Reconnect) last = now().getTime();
  })();
  return () => last;
}

async function report(connection: NatsConnection, log: Logger): Promise<void> {
  let reconnecting = false;
  for await (const status of connection.status()) {
    if (status.type === DebugEvents.Reconnecting) {
      if (!reconnecting) log.warn('reconnecting to NATS until it answers');
      reconnecting = true;
    } else if (status.type === Events.Reconnect) {
      reconnecting = false;
      log.info({ server: status.data }, 'connected to NATS again');
    } else if (status.type === Events.Disconnect) {
      log.warn('connection to NATS lost');
    } else if (status.type === Events.Error) {
      log.error({ detail: String(status.data), permission: status.permissionContext }, 'NATS refused something');
    }
  }
}

/** Error numbers of JetStream by name; the client knows only some of them. */
export const JETSTREAM_ERRORS = {
  /** Expected last sequence differs: on one node 10071, on a cluster 10164 (a write of the same subject in flight). */
  WRONG_LAST_SEQUENCE: [10071, 10164],
} as const;

/** The JetStream error number of a failed request, if it is one. */
export function jetStreamErrorCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('api_error' in error)) return undefined;
  const detail = error.api_error as { err_code?: unknown } | undefined;
  return typeof detail?.err_code === 'number' ? detail.err_code : undefined;
}

/** Whether a conditional write was refused because somebody else wrote first. */
export function isWrongLastSequence(error: unknown): boolean {
  const code = jetStreamErrorCode(error);
  return code !== undefined && (JETSTREAM_ERRORS.WRONG_LAST_SEQUENCE as readonly number[]).includes(code);
}
