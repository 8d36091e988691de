import { subjectOf, type VideoEvent } from '@rushes/shared/events';
import { createLogger } from '@rushes/shared/service';
import { a, createMemoryLog, VIDEO_ID } from '@rushes/shared/testing';
import { describe, expect, it } from 'vitest';
import { sampleTrack } from './core/sample-track.ts';
import { memoryStorage } from './memory-storage.ts';
import { STRAGGLERS_MS, sweep } from './sweep.ts';

const OTHER = '0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5f';
const G1 = `videos/${VIDEO_ID}/g1`;
const TIMES = { graceMs: 86_400_000, workStopsMs: 30_000, stragglersMs: STRAGGLERS_MS };

/** A log with a history and a bucket with the given keys, looked at some time after the last event. */
function given(events: VideoEvent[], keys: string[], msAfter = 0) {
  const bucket = memoryStorage();
  for (const key of [...keys, `videos/${OTHER}/g1/hls/master.m3u8`]) bucket.store(key, 'x');
  const now = () => new Date(Date.parse(events.at(-1)?.time ?? '') + msAfter);
  const eventLog = createMemoryLog('packager', now);
  eventLog.add(...events);
  const deps = {
    eventLog,
    storage: bucket.storage,
    bucket: 'media',
    times: TIMES,
    now,
    log: createLogger('packager', 'silent'),
  };
  const signal = new AbortController().signal;
  /** Delivers the n-th event of the history, the last one by default. */
  const deliver = (sequence = events.length) => {
    const event = events[sequence - 1];
    if (event === undefined) throw new Error(`the history has no event ${sequence}`);
    return sweep(deps, { subject: subjectOf(event), sequence, signal });
  };
  /** What is left of this video. */
  const left = () => [...bucket.objects.keys()].filter((key) => key.includes(VIDEO_ID)).toSorted();
  return { bucket, deps, deliver, left, signal };
}

const begun = [a.requested(), a.uploaded(), a.inspected()];
const ready = [...begun, a.transcoded(), a.thumbnailed(), a.packaged()];

describe('sweep', () => {
  it('removes everything of a deleted video and nothing of others, and comes back when its work has stopped', async () => {
    const { bucket, deliver } = given(
      [...begun, a.deleted()],
      [`${G1}/hls/master.m3u8`, `signed/${VIDEO_ID}/g1/hls/master.m3u8`],
      1_000,
    );
    expect(await deliver()).toEqual({ kind: 'nak', delayMs: TIMES.workStopsMs - 1_000 });
    expect([...bucket.objects.keys()]).toEqual([`videos/${OTHER}/g1/hls/master.m3u8`]);
  });

  it('is done after the pass for stragglers', async () => {
    const { deliver, left } = given([...begun, a.deleted()], [`${G1}/hls/master.m3u8`], STRAGGLERS_MS);
    expect(await deliver()).toEqual({ kind: 'ack' });
    expect(left()).toEqual([]);
  });

  it('removes what nobody names, and keeps what facts name, also in the folder of an earlier attempt', async () => {
    const track = `${G1}/segments/h264-720/a1/track.json`;
    const page = `${G1}/segments/h264-720/a1/page-00001.json`;
    const earlier = `${G1}/segments/h264-720/a0/00001.m4s`;
    const own = `${G1}/segments/h264-720/a1/00002.m4s`;
    const init = `${G1}/segments/h264-720/a1/init.mp4`;
    const poster = a.thumbnailed().data.poster;
    const loser = [`${G1}/segments/h264-720/a0/00002.m4s`, `${G1}/segments/h264-720/a0/track.json`];
    const kept = [`${G1}/hls/master.m3u8`, earlier, own, init, page, track, poster.jpeg, poster.webp].toSorted();
    const { bucket, deliver, left } = given(ready, [...kept, ...loser, `${G1}/thumbnails/a0/poster.jpg`]);
    bucket.store(track, JSON.stringify(sampleTrack({ init, pages: [page], segments: [own] })));
    bucket.store(page, JSON.stringify({ segments: sampleTrack({ init, pages: [], segments: [earlier] }).segments }));
    expect(await deliver()).toEqual({ kind: 'nak', delayMs: TIMES.workStopsMs });
    expect(left()).toEqual(kept);
  });

  it.each(['{', '{}'])('removes nothing beside facts that cannot be read: %s', async (text) => {
    const track = `${G1}/segments/h264-720/a1/track.json`;
    const keys = [`${G1}/segments/h264-720/a1/00001.m4s`, `${G1}/segments/h264-720/a2/00001.m4s`, track];
    const { bucket, deliver, left } = given(ready, keys);
    bucket.store(track, text);
    expect(await deliver()).toEqual({ kind: 'nak', delayMs: TIMES.workStopsMs });
    expect(left()).toEqual(keys.toSorted());
  });

  it('takes no picture of a poster that was asked for between two looks at the history', async () => {
    const poster = a.chosenPoster().data.poster.jpeg;
    const track = `${G1}/segments/h264-720/a1/track.json`;
    const { bucket, deps, deliver, left } = given(ready, [poster, track]);
    bucket.store(track, JSON.stringify(sampleTrack({ init: `${G1}/init.mp4`, pages: [], segments: [] })));
    const { list } = bucket.storage;
    deps.storage = {
      ...bucket.storage,
      list(name, prefix) {
        deps.eventLog.add({ ...a.updated({ posterTime: 12.5 }), time: deps.now().toISOString() });
        return list(name, prefix);
      },
    };
    await deliver();
    expect(left()).toEqual([track, poster]);
  });

  it('ends the playlists of a beginning that will not be made whole, where they stand, and again at every look', async () => {
    const beginning = [...begun, a.transcoded('first'), a.thumbnailed('first'), a.packaged('first'), a.failed()];
    const open = '#EXTM3U\n#EXT-X-PLAYLIST-TYPE:EVENT\n#EXTINF:6.006000,\n../segments/h264-720/a1/00001.m4s\n';
    const master = `${G1}/hls/master.m3u8`;
    const { bucket, deliver, left } = given(beginning, [master, `${G1}/segments/h264-720/a1/00001.m4s`]);
    bucket.store(`${G1}/hls/h264-720.m3u8`, open);
    await deliver();
    expect(bucket.objects.get(`${G1}/hls/h264-720.m3u8`)?.body.toString()).toBe(`${open}#EXT-X-ENDLIST\n`);
    expect(bucket.objects.get(`${G1}/hls/h264-720.m3u8`)?.cacheControl).toBe('public, max-age=60');
    // Of a worker that had not heard of the end.
    bucket.store(`${G1}/hls/h264-480.m3u8`, open);
    bucket.writes.length = 0;
    await deliver();
    expect(bucket.objects.get(`${G1}/hls/h264-480.m3u8`)?.body.toString()).toBe(`${open}#EXT-X-ENDLIST\n`);
    expect(bucket.writes).toEqual([`${G1}/hls/h264-480.m3u8`]);
    expect(left()).toContain(`${G1}/segments/h264-720/a1/00001.m4s`);
  });

  it('leaves playlists open that still grow', async () => {
    const growing = [...begun, a.transcoded('first'), a.thumbnailed('first'), a.packaged('first')];
    const { bucket, deliver } = given(growing, [`${G1}/hls/h264-720.m3u8`]);
    expect(await deliver()).toEqual({ kind: 'ack' });
    expect(bucket.writes).toEqual([]);
  });

  it('leaves all to the newest message of a video', async () => {
    const { deliver, left } = given([...begun, a.failed(), a.deleted()], [`${G1}/hls/master.m3u8`]);
    expect(await deliver(4)).toEqual({ kind: 'ack' });
    expect(left()).toHaveLength(1);
    await deliver(5);
    expect(left()).toEqual([]);
  });

  it('reads from the leader where a follower does not know the message yet', async () => {
    const { deps, deliver, left } = given([...begun, a.failed()], [`${G1}/segments/h264-720/a1/00001.m4s`]);
    const { read } = deps.eventLog;
    deps.eventLog.read = async (videoId, options) => {
      const history = await read(videoId, options);
      if (options?.fromLeader) return history;
      return { ...history, entries: history.entries.slice(0, 3), lastSequence: 3 };
    };
    await deliver();
    expect(left()).toEqual([]);
  });

  it('throws, so that the message comes again, where the store fails or the log has lost the message', async () => {
    const { deps, deliver, signal } = given([...begun, a.deleted()], []);
    const unknown = { subject: `video.deleted.${OTHER}`, sequence: 9, signal };
    await expect(sweep(deps, unknown)).rejects.toMatchObject({ code: 'internal' });
    deps.storage = { ...deps.storage, deletePrefix: () => Promise.reject(new Error('503')) };
    await expect(deliver()).rejects.toThrow('503');
  });
});
