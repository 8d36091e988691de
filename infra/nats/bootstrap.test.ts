import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startNats, type TestNats } from '../testing/nats.ts';
import { bootstrapNats, LogLost } from './bootstrap.ts';
import { allDurables } from './table.ts';

let nats: TestNats;
beforeEach(async () => {
  nats = await startNats();
});
afterEach(() => nats.stop());

async function bootstrap(more: { ackWaitMs?: number; expectedLogId?: string; newId?: () => string } = {}) {
  const connection = await nats.connectAs('admin');
  return bootstrapNats({ connection, replicas: 1, ackWaitMs: 30_000, newId: () => 'log-1', ...more });
}

async function manager() {
  return (await nats.connectAs('admin')).jetstreamManager();
}

describe('bootstrapNats', () => {
  it('makes the log as the contract says, and every bucket and durable', async () => {
    const { logId, made } = await bootstrap();
    expect(logId).toBe('log-1');
    const durables = allDurables().map(({ name }) => name);
    const streams = ['VIDEO', 'PROGRESS', 'SEGMENTS', 'RETRIES', 'PIECES'];
    const buckets = ['KV_CLAIMS', 'KV_IDEMPOTENCY', 'KV_OPEN_VIDEOS', 'KV_DEAD_LETTERS'];
    expect(made.slice(0, 9)).toEqual([...streams, ...buckets]);
    expect(made.slice(9).sort()).toEqual(durables.sort());
    const { config } = await (await manager()).streams.info('VIDEO');
    expect(config).toMatchObject({
      subjects: ['video.*.*'],
      retention: 'limits',
      discard: 'new',
      storage: 'file',
      max_age: 0,
      max_msgs: -1,
      max_bytes: -1,
      deny_delete: true,
      deny_purge: true,
      allow_direct: true,
      republish: { src: 'video.*.*', dest: 'video.{{wildcard(1)}}' },
      metadata: { logId: 'log-1' },
    });
    expect((await (await manager()).streams.info('KV_CLAIMS')).config.allow_direct ?? false).toBe(false);
  });

  it('changes nothing when all is there', async () => {
    await bootstrap();
    expect(await bootstrap({ newId: () => 'another' })).toEqual({ logId: 'log-1', made: [] });
  });

  it('makes a lost durable again and brings a changed one up to date', async () => {
    await bootstrap();
    const jetstream = await manager();
    await jetstream.consumers.delete('VIDEO', 'packager');
    await jetstream.consumers.update('VIDEO', 'thumbnailer', { filter_subjects: ['video.transcoded.*'] });
    expect((await bootstrap()).made.sort()).toEqual(['packager', 'thumbnailer']);
    const { config } = await jetstream.consumers.info('VIDEO', 'thumbnailer');
    expect(config.filter_subjects).toEqual(['video.transcoded.*', 'video.updated.*']);
  });

  it('gives every durable the lease of the configuration', async () => {
    await bootstrap();
    await bootstrap({ ackWaitMs: 2_000 });
    const jetstream = await manager();
    for (const { stream, name } of allDurables()) {
      expect((await jetstream.consumers.info(stream, name)).config).toMatchObject({ ack_wait: 2e9, max_deliver: -1 });
    }
  });

  it('never makes a lost log anew', async () => {
    await bootstrap();
    const jetstream = await manager();
    await jetstream.streams.delete('VIDEO');
    await expect(bootstrap()).rejects.toThrow(LogLost);
    await expect(bootstrap()).rejects.toThrow(/Restore it from a backup/);
    await expect(jetstream.streams.info('VIDEO')).rejects.toThrow('stream not found');
  });

  it('refuses a log that is not the one it knew', async () => {
    await bootstrap();
    await expect(bootstrap({ expectedLogId: 'log-0' })).rejects.toThrow(/its log id is log-1/);
    expect((await bootstrap({ expectedLogId: 'log-1' })).logId).toBe('log-1');
  });

  it('refuses to start an empty store where a log was known', async () => {
    await expect(bootstrap({ expectedLogId: 'log-0' })).rejects.toThrow(/it is not there/);
    await expect((await manager()).streams.info('VIDEO')).rejects.toThrow('stream not found');
  });
});
