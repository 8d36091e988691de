import type { ThumbnailedData, TranscodedData } from '@rushes/shared/events';
import { readTrackFacts } from '@rushes/shared/storage';
import type { VideoView } from '@rushes/shared/video';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, getEvents, getVideo, process as processClip, put, register, until, untilDone } from '../setup/client.ts';
import { type Stand, startStand } from './stand.ts';

/** Making a video again beside the one that plays, and what becomes of the files of the old one and of losing attempts. */
let stand: Stand;
beforeAll(async () => {
  stand = await startStand({ GENERATION_GRACE: '2s' });
});
afterAll(() => stand?.end());

const reprocess = (id: string) => call(stand.api, 'POST', `/v1/videos/${id}/reprocess`, {});
const statusOf = async (url: string | undefined) => (await fetch(url ?? '')).status;

/** The data of a video's newest event of a verb. */
async function dataOf<Data>(id: string, verb: string): Promise<Data> {
  const event = (await getEvents(stand.api, id)).findLast(({ type }) => type === `video.${verb}`);
  if (event === undefined) throw new Error(`${id} has no ${verb}`);
  return event.data as Data;
}

function untilGeneration(id: string, generation: number): Promise<VideoView> {
  return until(
    `generation ${generation} of ${id} to play`,
    () => getVideo(stand.api, id),
    (video) => video.playback?.hls.includes(`/${id}/g${generation}/`) === true,
  );
}

const untilEmpty = (prefix: string) =>
  until(
    `${prefix} to be empty`,
    () => stand.media(prefix),
    (keys) => keys.length === 0,
    20,
  );

describe('reprocessing a video that plays', () => {
  let id: string;

  it('lets the old generation play until the new one is ready', async () => {
    ({ id } = await processClip(stand.api, stand.clip));
    await stand.stop('transcoder');
    const answer = await reprocess(id);
    expect(answer.status).toBe(202);
    expect(answer.json.video).toMatchObject({ status: 'ready', generation: 2, progress: { generation: 2 } });
    expect(answer.json.video.playback.hls).toContain(`/${id}/g1/`);
    expect(await statusOf(answer.json.video.playback.hls)).toBe(200);

    stand.start('transcoder');
    const video = await untilGeneration(id, 2);
    expect(video).toMatchObject({ status: 'ready', final: true, generation: 2, error: null, progress: null });
    expect(await statusOf(video.playback?.hls)).toBe(200);
    expect(await statusOf(video.thumbnails?.poster.jpeg)).toBe(200);
  });

  it('removes the files of the old one when its grace is over, and none of the new one', async () => {
    await untilEmpty(`videos/${id}/g1/`);
    const { playback, thumbnails } = await getVideo(stand.api, id);
    for (const url of [playback?.hls, playback?.dash ?? '', thumbnails?.poster.jpeg]) {
      expect(await statusOf(url)).toBe(200);
    }
    const { renditions } = await dataOf<TranscodedData>(id, 'transcoded');
    for (const { track } of renditions) await readTrackFacts(stand.storage, stand.endpoints.s3.mediaBucket, track);
  });

  it('is not changed by results of the old one that come late', async () => {
    const before = await getEvents(stand.api, id);
    const data = before.find(({ type }) => type === 'video.transcoded')?.data as TranscodedData;
    const log = await stand.logAs('transcoder');
    const late = await log.execute(id, { type: 'recordResult', generation: 1, result: { verb: 'transcoded', data } });
    expect(late).toMatchObject({ kind: 'refused', objection: 'wrong_generation' });
    const failure = { stage: 'transcoder', code: 'corrupt', message: 'Late.', attempts: 1 };
    const failed = await log.execute(id, { type: 'fail', generation: 1, data: failure });
    expect(failed).toMatchObject({ kind: 'refused', objection: 'wrong_generation' });
    expect(await getEvents(stand.api, id)).toEqual(before);
  });
});

describe('reprocessing', () => {
  it('makes a failed video ready, and the files of the failed generation go', async () => {
    await stand.stop('thumbnailer');
    const created = await register(stand.api, stand.clip);
    const { id } = created.video;
    await put(created, stand.clip);
    await until(
      'it to be transcoded',
      () => getEvents(stand.api, id),
      (events) => events.some(({ type }) => type === 'video.transcoded'),
    );
    expect(await stand.media(`videos/${id}/g1/segments/`)).not.toEqual([]);
    const failure = { stage: 'thumbnailer', code: 'attempts_exhausted', message: 'Stopped.', attempts: 6 };
    const log = await stand.logAs('thumbnailer');
    await log.execute(id, { type: 'fail', generation: 1, data: failure });
    await untilEmpty(`videos/${id}/g1/`);

    stand.start('thumbnailer');
    expect((await reprocess(id)).status).toBe(202);
    const video = await untilGeneration(id, 2);
    expect(video).toMatchObject({ status: 'ready', generation: 2, error: null });
    const outcomes = (await getEvents(stand.api, id)).filter(({ type }) => /failed|packaged/.test(type));
    expect(outcomes.map(({ type, generation }) => `${generation} ${type}`)).toEqual([
      '1 video.failed',
      '2 video.packaged',
    ]);
  });

  it('is refused while the first generation is being made, and changes nothing', async () => {
    await stand.stop('transcoder');
    const created = await register(stand.api, stand.clip);
    const { id } = created.video;
    await put(created, stand.clip);
    await until(
      'it to be processing',
      () => getVideo(stand.api, id),
      ({ status }) => status === 'processing',
    );
    const answer = await reprocess(id);
    expect(answer).toMatchObject({ status: 409, json: { code: 'wrong_state' } });
    stand.start('transcoder');
    expect(await untilDone(stand.api, id)).toMatchObject({ status: 'ready', generation: 1 });
  });
});

describe('what attempts leave behind that did not win', () => {
  /** All keys under segments/ and thumbnails/ that the winners' events and facts name. */
  async function namedBy(id: string): Promise<string[]> {
    const transcoded = await dataOf<TranscodedData>(id, 'transcoded');
    const { poster, images = [], storyboard, preview } = await dataOf<ThumbnailedData>(id, 'thumbnailed');
    const keys = [poster.jpeg, poster.webp, ...images.map(({ key }) => key)];
    if (storyboard) keys.push(storyboard.vtt, ...storyboard.sprites);
    if (preview) keys.push(preview.key);
    for (const { track: key } of [...transcoded.renditions, ...transcoded.audio]) {
      const { track, segments } = await readTrackFacts(stand.storage, stand.endpoints.s3.mediaBucket, key);
      keys.push(key, track.init.key, ...track.pages, ...segments.map((segment) => segment.key));
    }
    return [...new Set(keys)].toSorted();
  }

  it('is removed when the generation is finished, and all that is named stays', async () => {
    await stand.stop('thumbnailer');
    const thumbnailer = stand.startHeld('thumbnailer', 'output');
    await stand.stop('transcoder');
    const transcoder = stand.startHeld('transcoder', 'output');
    const created = await register(stand.api, stand.clip);
    const { id } = created.video;
    await put(created, stand.clip);
    await transcoder.reached;
    await transcoder.kill();
    // A zombie's: nobody can name it.
    const stray = `videos/${id}/g1/segments/h264-180/a99/00001.m4s`;
    await stand.storage.put(stand.endpoints.s3.mediaBucket, stray, 'x', { contentType: 'video/mp4' });
    stand.start('transcoder');
    await thumbnailer.reached;
    await thumbnailer.kill();
    const losers = await stand.media(`videos/${id}/g1/thumbnails/`);
    expect(losers).not.toEqual([]);

    stand.start('thumbnailer');
    expect(await untilDone(stand.api, id)).toMatchObject({ status: 'ready' });
    const named = await namedBy(id);
    expect(named.filter((key) => losers.includes(key))).toEqual([]);
    const there = async () => [
      ...(await stand.media(`videos/${id}/g1/segments/`)),
      ...(await stand.media(`videos/${id}/g1/thumbnails/`)),
    ];
    const left = await until('the rest to be gone', there, (keys) => keys.length <= named.length, 20);
    expect(left.toSorted()).toEqual(named);
  });
});
