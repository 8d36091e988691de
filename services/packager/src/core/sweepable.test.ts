import type { VideoEvent } from '@rushes/shared/events';
import { a, VIDEO_ID } from '@rushes/shared/testing';
import { describe, expect, it } from 'vitest';
import { HOUR, history, minute, swept, TIMES } from './sample-history.ts';
import { keysIn, type StoredEvent, sweepable } from './sweepable.ts';

const G1 = `videos/${VIDEO_ID}/g1/`;
const G2 = `videos/${VIDEO_ID}/g2/`;

const begun = [a.requested(), a.uploaded(), a.inspected()];
const ready = [...begun, a.transcoded(), a.thumbnailed(), a.packaged()];
const generation2 = [a.reprocessed(), a.inspected(2), a.transcoded('standard', 2), a.thumbnailed('standard', 2)];

describe('what of a video may go', () => {
  it('is everything once it is deleted, three times: at once, when work has stopped, and after stragglers', () => {
    const events = [...begun, a.deleted()];
    const folders = [`videos/${VIDEO_ID}/`, `signed/${VIDEO_ID}/`];
    const whole = (lookAgainAt: number | null) => ({ folders, thinning: null, lookAgainAt, unreadable: 0 });
    expect(swept(events, minute(3))).toEqual(whole(minute(3) + TIMES.workStopsMs));
    expect(swept(events, minute(3) + TIMES.workStopsMs)).toEqual(whole(minute(3) + HOUR));
    expect(swept(events, minute(3) + HOUR)).toEqual(whole(null));
  });

  it('is nothing while a generation is open, whatever plays of it', () => {
    const nothing = { folders: [], thinning: null, lookAgainAt: null, unreadable: 0 };
    expect(swept(begun, minute(5))).toEqual(nothing);
    const first = [...begun, a.transcoded('first'), a.thumbnailed('first'), a.packaged('first')];
    expect(swept(first, minute(9))).toEqual(nothing);
    const notFinal = [a.transcoded('standard', 1, false), a.thumbnailed('standard', 1, false)];
    expect(swept([...begun, ...notFinal, a.packaged('standard', 1, false)], minute(9))).toEqual(nothing);
  });

  it('is what nobody names of a finished generation', () => {
    const { folders, thinning } = swept(ready, minute(5));
    expect(folders).toEqual([]);
    expect(thinning?.areas).toEqual([`${G1}segments/`, `${G1}thumbnails/`]);
    expect(thinning?.facts).toEqual([`${G1}segments/h264-720/a1/track.json`]);
    expect(thinning?.named).toContain(`${G1}thumbnails/a1/poster-7.5.webp`);
  });

  it('is no file for sharing that an event names', () => {
    const made = a.transcoded();
    const mp4 = { key: `${G1}segments/mp4/a1/video.mp4`, size: 4_000 };
    const events = [...begun, { ...made, data: { ...made.data, mp4 } }, a.thumbnailed(), a.packaged()];
    expect(swept(events, minute(5)).thinning?.named).toContain(mp4.key);
  });

  it('is the whole folder of a failed generation of which nothing is shown', () => {
    const failed = [...begun, a.failed()];
    expect(swept(failed, minute(3))).toEqual({
      folders: [G1],
      thinning: null,
      lookAgainAt: minute(3) + TIMES.workStopsMs,
      unreadable: 0,
    });
    expect(swept(failed, minute(3) + HOUR)).toMatchObject({ folders: [G1], lookAgainAt: null });
  });

  it('is all but the pictures of a failed generation whose pictures are shown', () => {
    const { folders, thinning } = swept([...begun, a.transcoded(), a.thumbnailed(), a.failed()], minute(5));
    expect(folders).toEqual([`${G1}segments/`, `${G1}hls/`, `${G1}dash/`]);
    expect(thinning).toMatchObject({ areas: [`${G1}thumbnails/`], facts: [] });
  });

  it('is no segment of a beginning that plays although the rest failed', () => {
    const events = [...begun, a.transcoded('first'), a.thumbnailed('first'), a.packaged('first'), a.failed()];
    const { folders, thinning } = swept(events, minute(6));
    expect(folders).toEqual([]);
    expect(thinning?.areas).toEqual([`${G1}thumbnails/`]);
  });

  it('is a failed second generation, and nothing of the first that still plays', () => {
    const { folders, thinning } = swept([...ready, ...generation2, a.failed(2)], minute(10));
    expect(folders).toEqual([G2]);
    expect(thinning?.areas).toEqual([`${G1}segments/`, `${G1}thumbnails/`]);
  });

  it('is nothing of a cancelled video, which never had media', () => {
    expect(swept([a.requested(), a.cancelled()], minute(1))).toMatchObject({ folders: [], lookAgainAt: null });
  });

  it('is an older generation after its grace, counted from when the new one was ready', () => {
    const standard = [...ready, ...generation2, a.packaged('standard', 2, false)];
    const replacedAt = minute(standard.length - 1);
    expect(swept(standard, replacedAt)).toMatchObject({ folders: [], lookAgainAt: replacedAt + TIMES.graceMs });
    expect(swept(standard, replacedAt + TIMES.graceMs)).toMatchObject({ folders: [G1], lookAgainAt: null });

    const extended = [a.transcoded('extended', 2), a.thumbnailed('extended', 2), a.packaged('extended', 2)];
    expect(swept([...standard, ...extended], replacedAt + TIMES.graceMs).folders).toEqual([G1]);
  });

  it('is no picture while a poster that somebody chose is being made', () => {
    const events = [...ready, a.updated({ posterTime: 12.5 })];
    const asked = minute(6);
    expect(swept(events, asked).thinning?.areas).toEqual([`${G1}segments/`]);
    expect(swept(events, asked).lookAgainAt).toBe(minute(5) + HOUR);
    expect(swept(events, minute(5) + HOUR).lookAgainAt).toBe(asked + HOUR);
    expect(swept(events, asked + HOUR).thinning?.areas).toContain(`${G1}thumbnails/`);
    expect(swept([...events, a.chosenPoster()], asked).thinning?.areas).toContain(`${G1}thumbnails/`);
  });

  it('keeps what events of newer versions name, by unknown fields and unknown verbs', () => {
    const [packaged, ...before] = history(ready).toReversed();
    if (packaged?.parsed.kind !== 'event') throw new Error('unreachable');
    const data = { ...packaged.parsed.event.data, chapters: [{ image: `${G1}thumbnails/a1/chapter-1.jpg` }] };
    const richer = { body: JSON.stringify({ ...packaged.parsed.event, data }), parsed: packaged.parsed };
    const body = JSON.stringify({ data: { key: `${G1}segments/sign/a1/track.json` } });
    const unknown: StoredEvent = { body, parsed: { kind: 'unknown', verb: 'signed' } };
    const { thinning } = sweepable([...before.toReversed(), richer, unknown], minute(9), TIMES);
    expect(thinning?.named).toContain(`${G1}thumbnails/a1/chapter-1.jpg`);
    expect(thinning?.named).toContain(`${G1}segments/sign/a1/track.json`);
  });

  it('is nothing where an event cannot be read, unless the video is deleted', () => {
    const spoilt: StoredEvent = { body: '{}', parsed: { kind: 'invalid', verb: 'reprocessed', problems: ['/: no'] } };
    const now = minute(9);
    const look = (events: VideoEvent[]) => sweepable([...history(events), spoilt], now, TIMES);
    expect(look([...begun, a.failed()])).toEqual({
      folders: [],
      thinning: null,
      lookAgainAt: now + HOUR,
      unreadable: 1,
    });
    expect(look([...begun, a.deleted()]).folders).toHaveLength(2);
  });
});

describe('keysIn', () => {
  it('finds keys in whatever depth and field they stand', () => {
    const document = { a: ['x/1', { b: 'x/2', c: null, d: 3 }], e: 'y/1', f: true };
    expect(keysIn(document, 'x/')).toEqual(['x/1', 'x/2']);
  });
});
