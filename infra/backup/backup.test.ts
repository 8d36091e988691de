import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AckPolicy, DeliverPolicy, type JetStreamManager, type NatsConnection } from 'nats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bootstrapNats } from '../nats/index.ts';
import { startNats, type TestNats } from '../testing/nats.ts';
import { BACKED_UP, backup } from './backup.ts';
import { verifiedManifest } from './manifest.ts';
import { type RestoreDeps, restore } from './restore.ts';

let nats: TestNats;
let connection: NatsConnection;
let manager: JetStreamManager;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-backup-'));
  nats = await startNats();
  connection = await nats.connectAs('admin');
  manager = await connection.jetstreamManager();
  await bootstrap('log-1');
});
afterEach(async () => {
  await nats.stop();
  await rm(folder, { recursive: true, force: true });
});

function bootstrap(id: string, expectedLogId?: string) {
  return bootstrapNats({ connection, replicas: 1, ackWaitMs: 30_000, newId: () => id, expectedLogId });
}
const now = () => new Date('2026-01-02T03:04:05Z');
const dir = () => join(folder, 'one');

async function append(count: number, bytes = 1_000) {
  const js = connection.jetstream();
  for (let i = 0; i < count; i += 1) await js.publish(`video.requested.v${i}`, 'x'.repeat(bytes));
}

function put(options: Partial<RestoreDeps> = {}) {
  const expectedIds: string[] = [];
  const expect = (id: string) => void expectedIds.push(id);
  return restore({
    connection,
    dir: dir(),
    replace: false,
    replicas: 1,
    newId: () => 'log-2',
    expect,
    ...options,
  }).then((restored) => ({ ...restored, expectedIds }));
}

async function emptyServer() {
  for await (const { config } of manager.streams.list()) await manager.streams.delete(config.name);
}

/** Works a durable off up to here. */
async function ackAll(durable: string) {
  const consumer = await connection.jetstream().consumers.get('VIDEO', durable);
  const messages = await consumer.fetch({ max_messages: 1_000, expires: 1_000 });
  for await (const message of messages) {
    await message.ackAck();
    if (message.info.pending === 0) break;
  }
}

describe('a backup', () => {
  it('gives back the log with its sequences, the buckets and how far the durables were', async () => {
    await append(40, 100_000);
    await connection.jetstream().publish('video.deleted.v1', 'gone');
    await ackAll('upload-api');
    await connection.jetstream().publish('$KV.CLAIMS.transcoder.v1.1', '{"job":"standard"}');
    const manifest = await backup({ connection, dir: dir(), now });
    expect(manifest).toMatchObject({ logId: 'log-1', takenAt: '2026-01-02T03:04:05.000Z' });
    expect(manifest.streams.map(({ name }) => name)).toEqual([...BACKED_UP]);
    await emptyServer();
    const restored = await put();
    expect(restored).toEqual({ logId: 'log-2', messages: 41, lastSequence: 41, ahead: [], expectedIds: ['log-2'] });
    expect((await manager.streams.info('VIDEO')).config).toMatchObject({
      deny_delete: true,
      deny_purge: true,
      republish: { src: 'video.*.*' },
      metadata: { logId: 'log-2', restoredFrom: 'log-1 of 2026-01-02T03:04:05.000Z' },
    });
    expect((await manager.streams.getMessage('VIDEO', { seq: 41 })).string()).toBe('gone');
    const claim = await manager.streams.getMessage('KV_CLAIMS', { last_by_subj: '$KV.CLAIMS.transcoder.v1.1' });
    expect(claim.string()).toBe('{"job":"standard"}');
    expect((await manager.consumers.info('VIDEO', 'upload-api')).num_pending).toBe(0);
    expect((await manager.consumers.info('VIDEO', 's3-event-ingest')).num_pending).toBe(41);
    expect((await bootstrap('log-3', 'log-2')).made).not.toContain('VIDEO');
  });

  it('is readable by its owner alone and says what each file holds', async () => {
    await append(3);
    await backup({ connection, dir: dir(), now });
    expect(statSync(dir()).mode & 0o777).toBe(0o700);
    expect(statSync(join(dir(), 'VIDEO', 'backup.json')).mode & 0o777).toBe(0o600);
    const { streams } = await verifiedManifest(dir());
    expect(streams[0]).toMatchObject({ name: 'VIDEO', messages: 3, lastSequence: 3 });
  });

  it('is never written over another, nor beside one that was broken off', async () => {
    await backup({ connection, dir: dir(), now });
    await expect(backup({ connection, dir: dir(), now })).rejects.toThrow(/one exists/);
    await writeFile(join(folder, 'two.part'), '');
    await expect(backup({ connection, dir: join(folder, 'two'), now })).rejects.toThrow(/two\.part is there already/);
  });

  it('leaves nothing that looks whole when it is broken off', async () => {
    await manager.streams.delete('KV_DEAD_LETTERS');
    await expect(backup({ connection, dir: dir(), now })).rejects.toThrow(/stream not found/);
    expect([existsSync(dir()), existsSync(`${dir()}.part`)]).toEqual([false, false]);
  });
});

describe('a restore', () => {
  it('refuses a log with events unless that is to be replaced', async () => {
    await append(5);
    await backup({ connection, dir: dir(), now });
    await append(2);
    await expect(put()).rejects.toThrow(/There is a log with 7 events/);
    expect((await manager.streams.info('VIDEO')).state.last_seq).toBe(7);
    expect((await put({ replace: true })).lastSequence).toBe(5);
  });

  it('takes the place of an empty log of a fresh start', async () => {
    await append(5);
    await backup({ connection, dir: dir(), now });
    await emptyServer();
    await bootstrap('fresh');
    expect((await put()).lastSequence).toBe(5);
  });

  it('changes nothing when the backup is damaged, or none', async () => {
    await append(5);
    await backup({ connection, dir: dir(), now });
    const { streams } = await verifiedManifest(dir());
    const archive = join(dir(), streams[0]?.files[1]?.path ?? '');
    const bytes = await readFile(archive);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(archive, bytes);
    await expect(put({ replace: true })).rejects.toThrow(/is damaged: .*VIDEO/);
    await rm(archive);
    await expect(put({ replace: true })).rejects.toThrow(/is not whole: .* is missing/);
    await rm(join(dir(), 'manifest.json'));
    await expect(put({ replace: true })).rejects.toThrow(/is no backup/);
    expect((await manager.streams.info('VIDEO')).state.last_seq).toBe(5);
  });

  it('takes out a durable that is further than the log, or it would pass over what comes next', async () => {
    await append(5);
    await manager.consumers.delete('VIDEO', 's3-event-ingest');
    // As if it had been saved later than the events.
    const ahead = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: 9, ack_policy: AckPolicy.Explicit };
    await manager.consumers.add('VIDEO', { durable_name: 's3-event-ingest', ...ahead });
    await backup({ connection, dir: dir(), now });
    expect((await put({ replace: true })).ahead).toEqual(['s3-event-ingest']);
    expect((await bootstrap('log-2', 'log-2')).made).toContain('s3-event-ingest');
  });
});
