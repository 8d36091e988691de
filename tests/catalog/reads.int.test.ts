import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

let world: World;
let catalog: Catalog;

beforeAll(async () => {
  world = await startWorld();
  catalog = await startCatalog(world);
  await untilReady(catalog);
});
afterAll(async () => {
  await catalog?.stop();
  await world?.stop();
});

const get = (path: string, headers: Record<string, string> = {}) => call(catalog, 'GET', path, undefined, headers);
const getAt = (path: string, sequence: number) => get(path, { 'rushes-min-seq': String(sequence) });

describe('one video', () => {
  it('is answered as its history says, with links to play and the sequence of its last event as ETag', async () => {
    const { id, lastSequence } = await makeReady(world.eventLog);
    const answer = await getAt(`/v1/videos/${id}`, lastSequence);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ id, status: 'ready', final: true, durationSeconds: 61.4 });
    expect(answer.json.playback.hls).toBe(`https://cdn.example/media/videos/${id}/g1/hls/master.m3u8`);
    expect(answer.headers.get('etag')).toBe(`"${lastSequence}"`);
    expect(Number(answer.headers.get('rushes-seq'))).toBeGreaterThanOrEqual(lastSequence);
    const again = await get(`/v1/videos/${id}`, { 'if-none-match': `"${lastSequence}"` });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  it('is found the moment after it was requested, without asking for a sequence', async () => {
    for (let index = 0; index < 20; index += 1) {
      const { id } = await request(world.eventLog);
      expect((await get(`/v1/videos/${id}`)).status).toBe(200);
    }
  });

  it('is 404 when nobody requested it, young or old, and when its id is none', async () => {
    for (const id of [uuidv7(), '0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e', 'nonsense']) {
      const answer = await get(`/v1/videos/${id}`);
      expect([answer.status, answer.json.code]).toEqual([404, 'not_found']);
    }
  });

  it('is behind when the sequence that is asked for does not come, and says when to ask again', async () => {
    const { id, lastSequence } = await request(world.eventLog);
    const answer = await getAt(`/v1/videos/${id}`, lastSequence + 1_000);
    expect([answer.status, answer.json.code, answer.headers.get('retry-after')]).toEqual([503, 'behind', '1']);
    const wrong = await get(`/v1/videos/${id}`, { 'rushes-min-seq': 'soon' });
    expect([wrong.status, wrong.json.errors[0].path]).toEqual([400, '/headers/rushes-min-seq']);
  });

  it('has a history of the documents as they were stored, verbs of a newer version included', async () => {
    const { id } = await request(world.eventLog);
    const applauded = { id: `${id}:1:applauded`, type: 'video.applauded', subject: id, data: { hands: 2 } };
    const sequence = await appendRaw(world, `video.applauded.${id}`, JSON.stringify(applauded));
    const { json, headers } = await get(`/v1/videos/${id}/events`);
    expect(json.events.map(({ type }: { type: string }) => type)).toEqual(['video.requested', 'video.applauded']);
    expect(json.events[1]).toEqual(applauded);
    expect(headers.get('etag')).toBe(`"${sequence}"`);
    const video = await getAt(`/v1/videos/${id}`, sequence);
    expect([video.headers.get('etag'), video.json.status]).toEqual([`"${sequence}"`, 'uploading']);
  });

  it('goes on after an event that does not parse, which is put into quarantine with what is wrong with it', async () => {
    const { id } = await request(world.eventLog);
    const sequence = await appendRaw(world, `video.updated.${id}`, '{"id":"x"}');
    const { lastSequence } = await makeReady(world.eventLog);
    expect((await getAt(`/v1/videos/${id}`, lastSequence)).headers.get('etag')).toBe(`"${sequence}"`);
    const found = await world.database.quarantine.findOne({ sequence });
    expect(found).toMatchObject({ subject: `video.updated.${id}`, body: '{"id":"x"}' });
    expect(found?.problems).not.toEqual([]);
  });
});

describe('lists', () => {
  const idsOf = (json: { videos: { id: string }[] }) => json.videos.map(({ id }) => id);

  it('find videos by words, blind to case and accents, by every tag, and by status', async () => {
    const tags = ['Übersee', 'q'];
    const { id, lastSequence } = await makeReady(world.eventLog, { title: 'Große Häfen', tags });
    const { id: other } = await request(world.eventLog, { title: 'grosse Hafenstadt', tags: ['q'] });
    const find = async (query: string) => idsOf((await getAt(`/v1/videos?${query}`, lastSequence + 1)).json);
    expect(await find('q=GROSS%20hafen')).toEqual([other, id]);
    expect(await find('q=uber')).toEqual([id]);
    expect(await find('tag=q&tag=%C3%9Cbersee')).toEqual([id]);
    expect(await find('q=hafen&status=uploading&status=failed')).toEqual([other]);
    expect(await find('q=afen')).toEqual([]);
  });

  it('show deleted videos only to who asks for them', async () => {
    const { id } = await request(world.eventLog, { tags: ['gone'] });
    const { lastSequence } = await world.eventLog.execute(id, { type: 'delete', reason: 'test' });
    expect((await getAt('/v1/videos?tag=gone', lastSequence)).json.videos).toEqual([]);
    const [video] = (await get('/v1/videos?tag=gone&status=deleted')).json.videos;
    expect(video).toMatchObject({ id, status: 'deleted', playback: null });
  });

  it.each(['-createdAt', 'createdAt', 'title', '-updatedAt'])('hold every video once in order of %s', async (sort) => {
    const tag = `sort-${sort.replace('-', 'down-')}`;
    const made: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      // Titles that are equal but for case, so that pages must tell them apart by more.
      made.push((await request(world.eventLog, { title: index % 2 ? 'same' : 'Same', tags: [tag] })).id);
    }
    const { lastSequence } = await request(world.eventLog);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { json } = await getAt(`/v1/videos?tag=${tag}&sort=${sort}&limit=2${cursor}`, lastSequence);
      seen.push(...idsOf(json));
      cursor = json.nextCursor === null ? '' : `&cursor=${json.nextCursor}`;
      // A new video between two pages moves nothing.
      if (seen.length === 2 && sort.startsWith('-')) await request(world.eventLog, { tags: [tag] });
    } while (cursor !== '');
    expect(seen.toSorted()).toEqual(made.toSorted());
    if (sort !== 'title') expect(seen).toEqual(sort.startsWith('-') ? made.toReversed() : made);
  });

  it('refuse a cursor that was changed, and parameters that they do not know', async () => {
    const { lastSequence } = await request(world.eventLog);
    const { json } = await getAt('/v1/videos?limit=1', lastSequence);
    const changed = json.nextCursor.slice(0, -1) + (json.nextCursor.endsWith('A') ? 'B' : 'A');
    const refused = await get(`/v1/videos?limit=1&cursor=${changed}`);
    expect([refused.status, refused.json.errors[0].path]).toEqual([400, '/query/cursor']);
    expect((await get('/v1/videos?colour=red')).json.errors[0].path).toBe('/query/colour');
  });
});

describe('the catalog', () => {
  it('describes the whole API', async () => {
    const { json } = await get('/openapi.json');
    expect(json.openapi).toBe('3.1.0');
    expect(Object.keys(json.paths)).toContain('/v1/videos/{id}/upload/parts');
  });

  it('answers 503 while MongoDB is down, still reads histories from the log, and goes on by itself', async () => {
    const { id } = await makeReady(world.eventLog);
    await world.mongo.kill();
    const answer = await get(`/v1/videos/${id}`);
    expect([answer.status, answer.json.code, answer.text.includes('Mongo')]).toEqual([503, 'unavailable', false]);
    expect((await get(`/v1/videos/${id}/events`)).json.events).toHaveLength(6);
    expect((await get('/readyz')).status).toBe(503);
    const meanwhile = await request(world.eventLog);
    await world.mongo.start();
    await until(
      'the catalog to go on',
      () => get(`/v1/videos/${meanwhile.id}`),
      ({ status }) => status === 200,
    );
  });
});
