import { VERBS } from '@rushes/shared/events';
import { AckPolicy, DeliverPolicy, type NatsConnection, StringCodec } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNats, type TestNats } from '../testing/nats.ts';
import { bootstrapNats } from './bootstrap.ts';
import { allDurables, SERVICE_NAMES, SERVICES, type ServiceName, type ServiceRights, type UserName } from './table.ts';

const ID = '0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e';
const text = StringCodec();
let nats: TestNats;
let admin: NatsConnection;
const connections = new Map<UserName, NatsConnection>();

beforeAll(async () => {
  nats = await startNats();
  admin = await nats.connectAs('admin');
  await bootstrapNats({ connection: admin, replicas: 1, ackWaitMs: 2_000, newId: () => 'log-1' });
  for (const user of [...SERVICE_NAMES, 'subscriber'] as const) await connect(user);
});
afterAll(() => nats.stop());

function as(user: UserName): NatsConnection {
  const connection = connections.get(user);
  if (connection === undefined) throw new Error(`no connection of ${user}`);
  return connection;
}

/** Subjects the server refused a connection, in order. */
const refusals = new Map<UserName, string[]>();

async function connect(user: UserName): Promise<void> {
  const connection = await nats.connectAs(user);
  const refused: string[] = [];
  connections.set(user, connection);
  refusals.set(user, refused);
  void (async () => {
    for await (const status of connection.status()) {
      if (status.permissionContext) refused.push(status.permissionContext.subject);
    }
  })();
}

/** A refusal and the answer to a ping come in order on one connection, so after the flush it is known. */
async function refused(user: UserName, subject: string, attempt: (connection: NatsConnection) => void) {
  const list = refusals.get(user) ?? [];
  list.length = 0;
  attempt(as(user));
  await as(user).flush();
  await new Promise((resolve) => setImmediate(resolve));
  return list.includes(subject);
}

function refuses(user: UserName, subject: string): Promise<boolean> {
  return refused(user, subject, (connection) => connection.publish(subject, text.encode('{}')));
}

async function refusesSubscription(user: UserName, subject: string): Promise<boolean> {
  let close: () => void = () => undefined;
  const result = await refused(user, subject, (connection) => {
    const subscription = connection.subscribe(subject, { callback: () => undefined });
    close = () => subscription.unsubscribe();
  });
  close();
  return result;
}

const rightsOf = (service: ServiceName): ServiceRights => SERVICES[service];

describe.each(SERVICE_NAMES)('%s', (service) => {
  const rights = rightsOf(service);
  const own: readonly string[] = [...rights.appends, ...(rights.stage ? ['failed'] : [])];

  it('appends its own verbs and no other', async () => {
    for (const verb of VERBS) {
      expect(`${verb}: ${await refuses(service, `video.${verb}.${ID}`)}`).toBe(`${verb}: ${!own.includes(verb)}`);
    }
  });

  it('publishes no republished subject', async () => {
    for (const verb of VERBS) expect(await refuses(service, `video.${verb}`)).toBe(true);
  });

  it('reports progress and segments only as its own', async () => {
    expect(await refuses(service, `progress.${ID}.${service}`)).toBe(!rights.stage);
    expect(await refuses(service, `progress.${ID}.other`)).toBe(true);
    expect(await refuses(service, `segment.${ID}`)).toBe(!rights.publishesSegments);
    expect(await refuses(service, `piece.${ID}.1.1`)).toBe(!rights.sharesPieces);
  });

  it('writes key-value entries under its own name only', async () => {
    for (const other of SERVICE_NAMES) {
      const mine = other === service && rights.buckets.some(({ bucket }) => bucket === 'CLAIMS');
      expect(`${other} ${await refuses(service, `$KV.CLAIMS.${other}.${ID}.1`)}`).toBe(`${other} ${!mine}`);
    }
    for (const whole of ['IDEMPOTENCY', 'OPEN_VIDEOS', 'DEAD_LETTERS']) {
      const mine = rights.buckets.some(({ bucket }) => bucket === whole);
      expect(`${whole} ${await refuses(service, `$KV.${whole}.key`)}`).toBe(`${whole} ${!mine}`);
    }
  });

  it('asks for a job once more only if it looks after those that are stuck', async () => {
    for (const stage of SERVICE_NAMES) {
      expect(await refuses(service, `retry.${stage}.${ID}`)).toBe(!rights.asksAgain);
    }
    expect(await refuses(service, '$JS.API.STREAM.MSG.GET.RETRIES')).toBe(!rights.asksAgain);
  });

  it('pulls and acknowledges its own durables and no other', async () => {
    for (const { name, stream, service: owner } of allDurables()) {
      const foreign = owner !== service;
      for (const subject of [`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, `$JS.ACK.${stream}.${name}.1.1.1.1.0`]) {
        expect(`${subject} ${await refuses(service, subject)}`).toBe(`${subject} ${foreign}`);
      }
    }
  });

  it('makes, changes and deletes no stream and no durable of a service', async () => {
    for (const call of ['CREATE', 'UPDATE', 'DELETE', 'PURGE', 'RESTORE', 'SNAPSHOT', 'MSG.DELETE']) {
      for (const stream of ['VIDEO', 'SEGMENTS', 'PIECES', 'KV_CLAIMS']) {
        expect(await refuses(service, `$JS.API.STREAM.${call}.${stream}`)).toBe(true);
      }
    }
    for (const { name, stream } of allDurables()) {
      for (const call of ['CREATE', 'DURABLE.CREATE', 'DELETE', 'PAUSE', 'RESET', 'UNPIN']) {
        expect(await refuses(service, `$JS.API.CONSUMER.${call}.${stream}.${name}`)).toBe(true);
      }
      expect(await refuses(service, `$JS.API.CONSUMER.CREATE.${stream}.${name}.video.requested.*`)).toBe(true);
    }
  });

  it('reads no inbox but its own', async () => {
    expect(await refusesSubscription(service, `_INBOX_${service}.x`)).toBe(false);
    for (const subject of [
      '_INBOX.>',
      '_INBOX_admin.>',
      '_INBOX_subscriber.>',
      '>',
      '$KV.>',
      'segment.*',
      'piece.>',
      'video.*.*',
    ]) {
      expect(`${subject} ${await refusesSubscription(service, subject)}`).toBe(`${subject} true`);
    }
    expect(await refusesSubscription(service, 'progress.>')).toBe(!rights.followsLog);
  });
});

describe('subscriber', () => {
  it('hears every event by a plain subscription, and progress', async () => {
    const subscription = as('subscriber').subscribe('video.*', { max: 1 });
    await as('subscriber').flush();
    as('upload-api').publish(`video.requested.${ID}`, text.encode('{"hello":1}'));
    for await (const message of subscription) {
      expect(message.subject).toBe('video.requested');
      expect(message.headers?.get('Nats-Subject')).toBe(`video.requested.${ID}`);
    }
    expect(await refusesSubscription('subscriber', 'progress.>')).toBe(false);
  });

  it('publishes nothing', async () => {
    for (const subject of ['hello', `video.requested.${ID}`, 'video.requested', `segment.${ID}`, '$KV.CLAIMS.x.y.1']) {
      expect(`${subject} ${await refuses('subscriber', subject)}`).toBe(`${subject} true`);
    }
  });

  it('cannot pull, acknowledge, inspect, change or delete a durable of a service', async () => {
    for (const { name, stream } of allDurables()) {
      for (const call of ['MSG.NEXT', 'INFO', 'CREATE', 'DELETE', 'DURABLE.CREATE', 'PAUSE', 'RESET']) {
        const subject = `$JS.API.CONSUMER.${call}.${stream}.${name}`;
        expect(`${subject} ${await refuses('subscriber', subject)}`).toBe(`${subject} true`);
      }
      expect(await refuses('subscriber', `$JS.API.CONSUMER.CREATE.${stream}.${name}.video.requested.*`)).toBe(true);
      expect(await refuses('subscriber', `$JS.ACK.${stream}.${name}.1.1.1.1.0`)).toBe(true);
    }
    expect(await refuses('subscriber', '$JS.API.CONSUMER.CREATE.VIDEO')).toBe(true);
  });

  it('reads the log by a consumer of its own', async () => {
    const manager = await as('subscriber').jetstreamManager();
    const config = { name: 'mine', ack_policy: AckPolicy.Explicit, deliver_policy: DeliverPolicy.All };
    await manager.consumers.add('VIDEO', { ...config, filter_subject: 'video.requested.*' });
    const consumer = await as('subscriber').jetstream().consumers.get('VIDEO', 'mine');
    const message = await consumer.next({ expires: 5_000 });
    expect(message?.subject).toBe(`video.requested.${ID}`);
    expect(await message?.ackAck()).toBe(true);
    expect(await manager.consumers.delete('VIDEO', 'mine')).toBe(true);
  });
});

describe('what a service needs', () => {
  // One filter or none: for a list of filters the client takes the nameless form of CREATE, which is refused.
  it.each(['video.requested.*', undefined])(
    'lets catalog and subscriber follow the log, filter %s',
    async (filterSubjects) => {
      for (const user of ['catalog', 'subscriber'] as const) {
        const options = filterSubjects === undefined ? {} : { filterSubjects };
        const consumer = await as(user).jetstream().consumers.get('VIDEO', options);
        const messages = await consumer.consume({ max_messages: 10 });
        for await (const message of messages) {
          expect(message.subject).toMatch(/^video\.\w+\./);
          break;
        }
        await messages.close();
      }
    },
  );

  it('lets a stage work off its durable and hold a claim', async () => {
    const connection = as('thumbnailer');
    const kv = await connection.jetstream().views.kv('CLAIMS', { bindOnly: true });
    const key = `thumbnailer.${ID}.9`;
    const revision = await kv.create(key, text.encode('{"a":1}'));
    await expect(kv.create(key, text.encode('{"a":2}'))).rejects.toThrow('wrong last sequence');
    await kv.update(key, text.encode('{"a":3}'), revision);
    expect((await kv.get(key))?.json()).toEqual({ a: 3 });

    await admin.jetstream().publish(`video.transcoded.${ID}`, text.encode('{}'));
    const consumer = await connection.jetstream().consumers.get('VIDEO', 'thumbnailer');
    const message = await consumer.next({ expires: 5_000 });
    message?.working();
    expect(await message?.ackAck()).toBe(true);
  });

  it('lets upload-api remember requests', async () => {
    const kv = await as('upload-api').jetstream().views.kv('IDEMPOTENCY', { bindOnly: true });
    await kv.create('request-1', text.encode('x'));
    expect((await kv.get('request-1'))?.string()).toBe('x');
  });

  it('refuses whoever gives no password, or a wrong one', async () => {
    const wrong = { waitOnFirstConnect: false, reconnect: false };
    await expect(nats.connectAs('catalog', { ...wrong, pass: 'wrong' })).rejects.toThrow(/authorization/i);
    await expect(nats.connectAs('catalog', { ...wrong, user: undefined, pass: undefined })).rejects.toThrow(
      /authorization/i,
    );
  });
});
