import { subjectOf, type VideoEvent } from '@rushes/shared/events';
import { a, VIDEO_ID } from '@rushes/shared/testing';
import { fold } from '@rushes/shared/video';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentOf } from '../../services/catalog/src/core/document.ts';
import { call, until } from '../setup/client.ts';
import {
  appendRaw,
  type Catalog,
  makeReady,
  request,
  startCatalog,
  startWorld,
  untilReady,
  type World,
} from './harness.ts';
import { differencesFromLog } from './read-model.ts';

const CDN = 'https://cdn.example/media';
let world: World;
/** One of them projects. */
const catalogs: Catalog[] = [];

beforeAll(async () => {
  world = await startWorld();
  for (let started = 0; started < 2; started += 1) {
    const catalog = await startCatalog(world);
    catalogs.push(catalog);
    await untilReady(catalog);
  }
});
afterAll(async () => {
  await Promise.all(catalogs.map((catalog) => catalog.stop()));
  await world?.stop();
});

function replica(index: number): Catalog {
  const catalog = catalogs[index];
  if (catalog === undefined) throw new Error(`there is no catalog ${index}`);
  return catalog;
}
const ask = (method: string, path: string, catalog = replica(0)) => call(catalog, method, `/v1/dead-letters${path}`);
const served = () => world.database.checkpoints.findOne({ _id: 'videos' });
const untilAt = (sequence: number) =>
  until('the projection', served, (checkpoint) => (checkpoint?.sequence ?? 0) >= sequence);
const documentNow = async (id: string) =>
  world.database.videos((await served())?.collection ?? '').findOne({ _id: id });

/** Events of another video than the samples', stored as they are; the last one's sequence. */
async function append(id: string, ...events: VideoEvent[]): Promise<number> {
  let sequence = 0;
  for (const event of events) {
    const [subject, body] = [subjectOf(event), JSON.stringify(event)].map((text) => text.replaceAll(VIDEO_ID, id));
    sequence = await appendRaw(world, subject ?? '', body ?? '');
  }
  await untilAt(sequence);
  return sequence;
}

/** A video that failed so that only a person can help. */
async function appendFailed(code = 'attempts_exhausted'): Promise<string> {
  const id = uuidv7();
  await append(id, a.requested(), a.uploaded(), a.failed(1, code));
  return id;
}

async function appendUnreadable(): Promise<{ id: string; sequence: number; body: string }> {
  const { id } = await request(world.eventLog);
  const body = JSON.stringify({ ...a.uploaded(), subject: id, data: { bucket: 5 } });
  const sequence = await appendRaw(world, `video.uploaded.${id}`, body);
  await untilAt(sequence);
  return { id, sequence, body };
}

/**
 * Leaves the database as a version that did not understand the last event of a video would have: the event in quarantine,
 * the document without it.
 */
async function forgetLast(id: string): Promise<number> {
  const { entries, lastSequence } = await world.eventLog.read(id);
  const last = entries.at(-1);
  const checkpoint = await untilAt(lastSequence);
  const before = fold(entries.slice(0, -1).flatMap(({ parsed }) => (parsed.kind === 'event' ? [parsed.event] : [])));
  if (last === undefined || checkpoint === null) throw new Error(`nothing to forget of ${id}`);
  const videos = world.database.videos(checkpoint.collection);
  if (before.status === 'none') await videos.deleteOne({ _id: id });
  else await videos.replaceOne({ _id: id }, documentOf(before, { lastSeq: lastSequence, revision: 0 }, CDN));
  const { sequence, subject, body } = last;
  const _id = `${checkpoint.logId}:${sequence}`;
  await world.database.quarantine.insertOne({ _id, sequence, subject, body, problems: ['/data: was not understood'] });
  return sequence;
}

describe('dead letters', () => {
  it('are events that do not parse: listed, shown whole, and refused to be replayed while they are not understood', async () => {
    const { id, sequence, body } = await appendUnreadable();
    const letter = {
      id: `event-${sequence}`,
      kind: 'event',
      sequence,
      verb: 'uploaded',
      videoId: id,
      discardedAt: null,
    };
    const listed = await ask('GET', '?kind=event&limit=1');
    expect(listed.json.deadLetters).toEqual([expect.objectContaining(letter)]);
    expect(Number(listed.headers.get('rushes-seq'))).toBeGreaterThanOrEqual(sequence);
    const shown = await ask('GET', `/event-${sequence}`);
    expect(shown.json).toMatchObject({ ...letter, body, history: `/v1/videos/${id}/events` });
    expect(shown.json.problems.join()).toContain('/data/bucket');
    const replayed = await ask('POST', `/event-${sequence}/replay`);
    expect([replayed.status, replayed.json.code]).toEqual([409, 'wrong_state']);
    expect(replayed.json.errors).toContainEqual(expect.objectContaining({ path: '/data/bucket' }));
  });

  it('are videos that failed without a fault of their file, until they are reprocessed or deleted', async () => {
    const [exhausted, stalled, broken] = [
      await appendFailed(),
      await appendFailed('stalled'),
      await appendFailed('corrupt'),
    ];
    const ids = async () => (await ask('GET', '?kind=video')).json.deadLetters.map(({ id }: { id: string }) => id);
    expect(await ids()).toEqual([`video-${stalled}-1`, `video-${exhausted}-1`]);
    expect(await ids()).not.toContain(`video-${broken}-1`);
    const shown = await ask('GET', `/video-${exhausted}-1`);
    expect(shown.json).toMatchObject({
      generation: 1,
      attempts: 1,
      error: { stage: 'transcoder', code: 'attempts_exhausted' },
    });
    expect(shown.json.failedAt).toBe(a.failed().time);
    const replayed = await ask('POST', `/video-${exhausted}-1/replay`);
    expect([replayed.status, replayed.json.code]).toEqual([409, 'wrong_state']);
    expect(replayed.json.detail).toContain(`POST /v1/videos/${exhausted}/reprocess`);
    await append(exhausted, a.reprocessed(2));
    await append(stalled, a.deleted());
    expect(await ids()).toEqual([]);
    expect((await ask('GET', `/video-${exhausted}-1`)).status).toBe(404);
    await append(exhausted, a.failed(2, 'stalled'));
    expect(await ids()).toEqual([`video-${exhausted}-2`]);
  });

  it('are put aside, on every replica and though the database is lost, and put aside again without harm', async () => {
    const { sequence } = await appendUnreadable();
    const video = await appendFailed();
    for (const id of [`event-${sequence}`, `video-${video}-1`, `event-${sequence}`]) {
      expect((await ask('DELETE', `/${id}`)).status).toBe(204);
    }
    const since = (await ask('GET', `/event-${sequence}`)).json.discardedAt;
    await world.database.db.dropDatabase();
    const { lastSequence } = await makeReady(world.eventLog);
    await untilAt(lastSequence);
    await untilReady(replica(0));
    for (const catalog of catalogs) {
      const ids = (query: string) =>
        ask('GET', query, catalog).then(({ json }) => json.deadLetters.map(({ id }: { id: string }) => id));
      expect(await ids('?limit=100')).not.toContain(`event-${sequence}`);
      expect(await ids('?limit=100')).not.toContain(`video-${video}-1`);
      expect(await ids('?discarded=true')).toEqual([`event-${sequence}`, `video-${video}-1`]);
    }
    expect((await ask('GET', `/event-${sequence}`)).json.discardedAt).toBe(since);
  });

  it('are listed a page at a time: each once, events first, and a cursor belongs to its query', async () => {
    for (let made = 0; made < 3; made += 1) {
      await appendUnreadable();
      await appendFailed();
    }
    const whole = (await ask('GET', '?limit=100')).json.deadLetters as { id: string; kind: string }[];
    const paged: typeof whole = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { json }: { json: { deadLetters: typeof whole; nextCursor: string | null } } = await ask(
        'GET',
        `?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      expect(json.deadLetters.length).toBeLessThanOrEqual(2);
      paged.push(...json.deadLetters);
      cursor = json.nextCursor;
    }
    expect(paged).toEqual(whole);
    expect(whole.length).toBeGreaterThanOrEqual(6);
    expect(whole.map(({ kind }) => kind)).toEqual(whole.map(({ kind }) => kind).toSorted());
    const { nextCursor } = (await ask('GET', '?limit=1')).json;
    expect((await ask('GET', `?kind=event&cursor=${nextCursor}`)).json.code).toBe('validation_failed');
  });

  it('that are not there are a problem, whatever is done with them', async () => {
    for (const id of ['event-999999', 'event-0', `video-${uuidv7()}-1`, 'nonsense', '..%2f', 'event-1%00']) {
      for (const [method, path] of [
        ['GET', ''],
        ['DELETE', ''],
        ['POST', '/replay'],
      ] as const) {
        const answer = await ask(method, `/${id}${path}`);
        expect([id, method, answer.status, answer.json.code]).toEqual([id, method, 404, 'not_found']);
      }
    }
  });
});

describe('replaying an event that is understood now', () => {
  it('folds its video again, on any replica, and the projector goes on from what it became', async () => {
    const { id } = await makeReady(world.eventLog);
    await append(id, a.updated({ title: 'Harbour at noon' }));
    const sequence = await forgetLast(id);
    expect((await ask('GET', `/event-${sequence}`)).json.problems).toEqual([]);
    const replayed = await ask('POST', `/event-${sequence}/replay`, replica(1));
    expect(replayed.status).toBe(200);
    expect(replayed.json).toMatchObject({
      deadLetter: { id: `event-${sequence}` },
      video: { id, title: 'Harbour at noon' },
    });
    expect((await ask('GET', `/event-${sequence}`)).status).toBe(404);
    expect(await documentNow(id)).toMatchObject({ lastSeq: sequence, revision: 1 });
    // The projector knows the video by heart, as it was: only the revision tells it that this is not so any more.
    const last = await append(id, a.updated({ tags: ['dusk'] }));
    expect(await documentNow(id)).toMatchObject({
      lastSeq: last,
      revision: 1,
      title: 'Harbour at noon',
      tags: ['dusk'],
    });
    expect(await differencesFromLog(world)).toEqual([]);
  });

  it('makes a video whose request was the event, with all that followed it', async () => {
    const { id, lastSequence } = await request(world.eventLog);
    await untilAt(lastSequence);
    const sequence = await forgetLast(id);
    expect((await ask('POST', `/event-${sequence}/replay`)).json.video).toMatchObject({ id, status: 'uploading' });
    expect(await differencesFromLog(world)).toEqual([]);
  });

  it('loses nothing that is appended in the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await request(world.eventLog);
      const sequence = await forgetLast(id);
      const [replayed] = await Promise.all([
        ask('POST', `/event-${sequence}/replay`),
        append(id, a.updated({ title: `round ${round}` }), a.updated({ tags: [`${round}`] })),
      ]);
      expect(replayed.status).toBe(200);
    }
    expect(await differencesFromLog(world)).toEqual([]);
  });

  it('is not needed after an upgrade: whoever gets the lease does it', async () => {
    const { id } = await makeReady(world.eventLog);
    await append(id, a.updated({ title: 'Harbour at night' }));
    const sequence = await forgetLast(id);
    await Promise.all(catalogs.splice(0).map((catalog) => catalog.stop()));
    const upgraded = await startCatalog(world);
    catalogs.push(upgraded);
    await until(
      'the upgraded catalog',
      () => documentNow(id),
      (document) => document?.title === 'Harbour at night',
    );
    await until(
      'quarantine',
      () => ask('GET', `/event-${sequence}`, upgraded),
      ({ status }) => status === 404,
    );
    expect(await differencesFromLog(world)).toEqual([]);
  });
});
