import { bootstrapNats, type ServiceName } from '@rushes/infra/nats';
import { startNats, type TestNats } from '@rushes/infra/testing';
import { createLog, type Log } from '@rushes/shared/log';
import { createLogger } from '@rushes/shared/service';
import { a } from '@rushes/shared/testing';
import type { Command } from '@rushes/shared/video';
import type { JetStreamClient, JetStreamManager, NatsConnection } from 'nats';
import { v7 as uuidv7 } from 'uuid';

export interface LogUser {
  connection: NatsConnection;
  client: JetStreamClient;
  manager: JetStreamManager;
  eventLog: Log;
}

export const silent = createLogger('tests', 'silent');
export const ACK_WAIT_MS = 2_000;

/** A nats-server with users, streams and durables as in the product, and the log as one of its services sees it. */
export async function startLog(): Promise<{
  nats: TestNats;
  as: (service: ServiceName) => Promise<LogUser>;
}> {
  const nats = await startNats();
  const admin = await nats.connectAs('admin');
  await bootstrapNats({ connection: admin, replicas: 1, ackWaitMs: ACK_WAIT_MS, newId: uuidv7 });
  return {
    nats,
    async as(service) {
      const connection = await nats.connectAs(service);
      const client = connection.jetstream();
      const manager = await connection.jetstreamManager({ checkAPI: false });
      const eventLog = createLog({ connection, client, manager, service, now: () => new Date(), log: silent });
      return { connection, client, manager, eventLog };
    },
  };
}

export const request: Command = { type: 'request', data: a.requested().data };
export const rename = (title: string): Command => ({ type: 'update', updateId: uuidv7(), data: { title } });
export const found: Command = {
  type: 'recordUpload',
  object: {
    bucket: 'rushes-uploads',
    key: 'uploads/x/source',
    size: 5,
    etag: 'e',
    uploadedAt: '2026-01-01T00:00:00.000Z',
    via: 'sqs',
  },
};
