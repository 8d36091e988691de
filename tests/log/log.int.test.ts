import type { TestNats } from '@rushes/infra/testing';
import { headers, StringCodec } from 'nats';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { found, type LogUser, rename, request, startLog } from './harness.ts';

let nats: TestNats;
let api: LogUser;
let ingest: LogUser;
let catalog: LogUser;

beforeAll(async () => {
  const log = await startLog();
  nats = log.nats;
  api = await log.as('upload-api');
  ingest = await log.as('s3-event-ingest');
  catalog = await log.as('catalog');
});
afterAll(() => nats.stop());

const verbsOf = async (videoId: string) =>
  (await api.eventLog.read(videoId)).entries.map(({ subject }) => subject.split('.')[1]);

describe('the log', () => {
  it('has no history of an unknown video', async () => {
    expect(await api.eventLog.read(uuidv7())).toEqual({ entries: [], lastSequence: 0, state: { status: 'none' } });
  });

  it('lets one of twenty racing appends win, and tells the others what happened', async () => {
    const videoId = uuidv7();
    const results = await Promise.all(Array.from({ length: 20 }, () => api.eventLog.execute(videoId, request)));
    const kinds = results.map((result) => (result.kind === 'refused' ? result.objection : result.kind)).sort();
    expect(kinds).toEqual(['appended', ...Array.from({ length: 19 }, () => 'exists')]);
    expect(await verbsOf(videoId)).toEqual(['requested']);
  });

  it('records one upload for a hundred notifications', async () => {
    const videoId = uuidv7();
    await api.eventLog.execute(videoId, request);
    const results = await Promise.all(Array.from({ length: 100 }, () => ingest.eventLog.execute(videoId, found)));
    expect(results.filter(({ kind }) => kind === 'appended')).toHaveLength(1);
    expect(results.filter(({ kind }) => kind === 'unchanged')).toHaveLength(99);
    expect(await verbsOf(videoId)).toEqual(['requested', 'uploaded']);
  });

  it('loses none of many concurrent edits, since each decides again after a refusal', async () => {
    const videoId = uuidv7();
    await api.eventLog.execute(videoId, request);
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, index) => api.eventLog.execute(videoId, rename(`t${index}`))),
    );
    expect(results.every(({ kind }) => kind === 'appended')).toBe(true);
    expect(await verbsOf(videoId)).toHaveLength(13);
  });

  it('reads a history longer than one answer, in order', async () => {
    const videoId = uuidv7();
    await api.eventLog.execute(videoId, request);
    for (let index = 0; index < 300; index += 1) await api.eventLog.execute(videoId, rename(`t${index}`));
    const { entries, state, lastSequence } = await api.eventLog.read(videoId);
    expect(entries).toHaveLength(301);
    expect(entries.map(({ sequence }) => sequence)).toEqual(
      entries.map(({ sequence }) => sequence).toSorted((x, y) => x - y),
    );
    expect(state).toMatchObject({ title: 't299' });
    expect(lastSequence).toBe(entries.at(-1)?.sequence);
  });

  it('refuses what was decided on an older state when asked to (If-Match)', async () => {
    const videoId = uuidv7();
    const first = await api.eventLog.execute(videoId, request);
    await api.eventLog.execute(videoId, rename('b'));
    expect(await api.eventLog.execute(videoId, rename('c'), { ifSequence: first.lastSequence })).toMatchObject({
      kind: 'conflict',
    });
    expect(await api.eventLog.read(videoId)).toMatchObject({ state: { title: 'b' } });
  });

  it('knows its own event again when the acknowledgement was lost', async () => {
    const videoId = uuidv7();
    const { client } = api;
    const publish = client.publish.bind(client);
    let lost = 0;
    client.publish = async (...args) => {
      const ack = await publish(...args);
      lost += 1;
      if (lost === 1) throw new Error('timeout');
      return ack;
    };
    try {
      expect(await api.eventLog.execute(videoId, request)).toMatchObject({ kind: 'appended' });
    } finally {
      client.publish = publish;
    }
    expect(lost).toBe(1);
    expect(await verbsOf(videoId)).toEqual(['requested']);
  });

  it('keeps an unknown verb in the history, moves the sequence and changes no state', async () => {
    const videoId = uuidv7();
    const before = await api.eventLog.execute(videoId, request);
    const admin = await nats.connectAs('admin');
    const ack = await admin
      .jetstream()
      .publish(`video.captioned.${videoId}`, StringCodec().encode('{"new":true}'), { headers: headers() });
    const after = await api.eventLog.read(videoId);
    expect(after.state).toEqual(before.state);
    expect(after.lastSequence).toBe(ack.seq);
    expect(await api.eventLog.execute(videoId, rename('still works'))).toMatchObject({ kind: 'appended' });
  });

  it('is followed from any sequence, in order and to its end', async () => {
    const videoId = uuidv7();
    const { lastSequence } = await api.eventLog.execute(videoId, request);
    await api.eventLog.execute(videoId, rename('b'));
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const entry of catalog.eventLog.follow({ fromSequence: lastSequence, signal: stop.signal })) {
      seen.push(entry.subject);
      if (entry.pending === 0) stop.abort();
    }
    expect(seen).toEqual([`video.requested.${videoId}`, `video.updated.${videoId}`]);
  });

  it('gives every event a trace', async () => {
    const videoId = uuidv7();
    await api.eventLog.execute(videoId, request);
    const { entries } = await api.eventLog.read(videoId);
    expect(entries[0]?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
  });
});
