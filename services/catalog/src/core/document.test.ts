import { a } from '@rushes/shared/testing';
import { fold, present, type Video } from '@rushes/shared/video';
import { describe, expect, it } from 'vitest';
import { documentOf, knownOf, viewOf } from './document.ts';

const CDN = 'https://cdn.example/media';

function videoOf(...events: Parameters<typeof fold>[0][]): Video {
  const state = fold(events.flatMap((some) => [...some]));
  if (state.status === 'none') throw new Error('the history makes no video');
  return state;
}

describe('documentOf', () => {
  it('holds playable links, the words to be found by, and what lists are sorted by', () => {
    const video = videoOf(
      [a.requested({ tags: ['Sea'] }), a.uploaded(), a.inspected(), a.transcoded()],
      [a.thumbnailed(), a.packaged()],
    );
    const document = documentOf(video, { lastSeq: 6, revision: 0 }, CDN);
    expect(document).toMatchObject({
      _id: video.id,
      lastSeq: 6,
      words: ['harbour', 'at', 'dawn', 'sea'],
      status: 'ready',
      deleted: false,
      createdAt: new Date(video.createdAt),
    });
    expect(document.view.playback?.hls).toBe(`${CDN}/videos/${video.id}/g1/hls/master.m3u8`);
  });

  it('gives back the state and the view that it was made from, whatever names metadata has', () => {
    const metadata = JSON.parse('{"$where":"1","a.b":"2","nul\\u0000":"3","__proto__":"4"}') as Record<string, string>;
    const video = { ...videoOf([a.requested()]), metadata };
    const document = documentOf(video, { lastSeq: 1, revision: 0 }, CDN);
    expect(viewOf(document)).toEqual(present(video, CDN));
    expect(Object.keys(viewOf(document).metadata)).toEqual(Object.keys(metadata));
    expect(knownOf(document)).toEqual({ lastSeq: 1, revision: 0, state: video });
  });

  it('holds what plays once, and gives it back where it was: as the newest generation, or as an older one', () => {
    const playing = [a.requested(), a.uploaded(), a.inspected(), a.transcoded(), a.thumbnailed(), a.packaged()];
    for (const video of [
      videoOf(playing),
      videoOf(playing, [a.chosenPoster()]),
      videoOf(playing, [a.reprocessed(2)]),
    ]) {
      const { state } = documentOf(video, { lastSeq: 1, revision: 0 }, CDN);
      expect(knownOf({ lastSeq: 1, state }).state).toEqual(video);
      expect(state.split('"checks"')).toHaveLength(2);
    }
  });

  it('still reads a state in which what plays was written out', () => {
    const video = videoOf([a.requested(), a.uploaded(), a.inspected(), a.transcoded(), a.thumbnailed(), a.packaged()]);
    expect(knownOf({ lastSeq: 6, state: JSON.stringify(video) }).state).toEqual(video);
  });

  it('says of a deleted video that it is', () => {
    expect(documentOf(videoOf([a.requested(), a.deleted()]), { lastSeq: 2, revision: 0 }, CDN)).toMatchObject({
      status: 'deleted',
      deleted: true,
    });
  });
});
