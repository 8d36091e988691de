import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../setup/client.ts';
import { type Catalog, makeReady, request, startCatalog, startWorld, untilReady, type World } from './harness.ts';
import { openLive } from './sse.ts';

let world: World;
let catalog: Catalog;

beforeAll(async () => {
  world = await startWorld();
  catalog = await startCatalog(world, { ALLOWED_ORIGINS: 'https://app.example' });
  await untilReady(catalog);
});
afterAll(async () => {
  await catalog?.stop();
  await world?.stop();
});

const get = (path: string, headers: Record<string, string> = {}) => call(catalog, 'GET', path, undefined, headers);
const getAt = (path: string, sequence: number) => get(path, { 'rushes-min-seq': String(sequence) });

describe('live updates', () => {
  it('of one video begin with what it is now and go on with each change', async () => {
    const { id } = await request(world.eventLog);
    const live = await openLive(`${catalog.origin}/v1/videos/${id}/live`, { origin: 'https://app.example' });
    expect(live.response.headers.get('access-control-allow-origin')).toBe('https://app.example');
    const [first] = await live.until(({ event }) => event === 'video');
    expect(first?.data).toMatchObject({ id, status: 'uploading' });
    const { lastSequence } = await world.eventLog.execute(id, { type: 'cancel', reason: 'test' });
    const changes = await live.until(({ data }) => data.status === 'cancelled');
    expect(changes.at(-1)?.id).toBe(lastSequence);
    live.close();
  });

  it('of all videos tell from a sequence on what each video is now, deleted ones too, and then what happens', async () => {
    const before = await request(world.eventLog);
    const gone = await request(world.eventLog);
    const deleted = await world.eventLog.execute(gone.id, { type: 'delete', reason: 'test' });
    await getAt('/v1/videos?limit=1', deleted.lastSequence);
    const live = await openLive(`${catalog.origin}/v1/live?since=${before.lastSequence}`);
    const caughtUp = await live.until(({ data }) => data.id === gone.id);
    expect(caughtUp.map(({ data, id }) => [data.id, data.status, id])).toEqual([
      [gone.id, 'deleted', deleted.lastSequence],
    ]);
    const after = await makeReady(world.eventLog);
    const changes = await live.until(({ data }) => data.id === after.id && data.status === 'ready');
    const ids = changes.map(({ id }) => id ?? 0);
    expect(ids).toEqual(ids.toSorted((x, y) => x - y));
    live.close();
  });

  it('go on after the last event that a client saw, whatever its first address said', async () => {
    const first = await request(world.eventLog);
    const second = await request(world.eventLog);
    await getAt('/v1/videos?limit=1', second.lastSequence);
    const live = await openLive(`${catalog.origin}/v1/live?since=0`, { 'last-event-id': String(first.lastSequence) });
    expect((await live.until(() => true)).map(({ data }) => data.id)).toEqual([second.id]);
    live.close();
  });

  it('carry progress, which is also laid over what is answered while its stage runs', async () => {
    const { id } = await request(world.eventLog);
    const object = {
      bucket: 'b',
      key: 'k',
      size: 5,
      etag: 'e',
      uploadedAt: new Date().toISOString(),
      via: 'sqs',
    } as const;
    const { lastSequence } = await world.eventLog.execute(id, { type: 'recordUpload', object });
    await getAt(`/v1/videos/${id}`, lastSequence);
    const live = await openLive(`${catalog.origin}/v1/videos/${id}/live`);
    await live.until(({ event }) => event === 'video');
    const about = { generation: 1, stage: 'transcoder', tier: 'standard' };
    const progress = { ...about, percent: 37.5, secondsLeft: 120, at: new Date().toISOString() };
    world.connection.publish(`progress.${id}.transcoder`, JSON.stringify(progress));
    const [told] = await live.until(({ event }) => event === 'progress');
    expect([told?.id, told?.data]).toEqual([undefined, { videoId: id, ...progress }]);
    const video = (await get(`/v1/videos/${id}`)).json;
    expect(video.progress).toEqual({ ...about, percent: 37.5, secondsLeft: 120 });
    live.close();
  });

  it('of a video that is not there are a problem, not a stream', async () => {
    const answer = await get(`/v1/videos/${uuidv7()}/live`);
    expect([answer.status, answer.json.code]).toEqual([404, 'not_found']);
  });
});
