import { a, VIDEO_ID } from '@rushes/shared/testing';
import { fold, noVideo } from '@rushes/shared/video';
import { describe, expect, it } from 'vitest';
import { abandonedBeginning, decideGrowth, ownTracks } from './growth-decision.ts';
import { FOLDER } from './sample-facts.ts';

const begun = [a.requested(), a.uploaded(), a.inspected(), a.transcoded('first'), a.thumbnailed('first')];
const playable = [...begun, a.packaged('first')];
const whole = [...playable, a.transcoded(), a.thumbnailed(), a.packaged('standard')];

describe('decideGrowth', () => {
  const kindOf = (events: Parameters<typeof fold>[0], generation = 1) => decideGrowth(fold(events), generation).kind;

  it('waits until the first playlists are published, and for a generation it has not heard of', () => {
    expect(kindOf(begun)).toBe('wait');
    expect(kindOf(playable, 2)).toBe('wait');
  });

  it('grows what plays with its beginning', () => {
    expect(kindOf(playable)).toBe('grow');
    expect(kindOf([...playable, a.transcoded(), a.thumbnailed()])).toBe('grow');
  });

  it('has nothing to do once the whole is published, though more may follow', () => {
    expect(kindOf(whole)).toBe('done');
    expect(kindOf([...playable, a.transcoded(), a.thumbnailed(), a.packaged('standard', 1, false)])).toBe('done');
  });

  it('has nothing to do for a closed, outdated, deleted or unknown video', () => {
    expect(kindOf([...playable, a.failed()])).toBe('done');
    expect(kindOf([...playable, a.reprocessed()])).toBe('done');
    expect(kindOf([...playable, a.deleted()])).toBe('done');
    expect(decideGrowth(noVideo, 1)).toEqual({ kind: 'done' });
  });
});

describe('abandonedBeginning', () => {
  const folderOf = (events: Parameters<typeof fold>[0]) => abandonedBeginning(fold(events));

  it('is a beginning that plays when its generation has failed or a newer one was begun', () => {
    expect(folderOf([...playable, a.failed()])).toBe(FOLDER);
    expect(folderOf([...playable, a.reprocessed()])).toBe(FOLDER);
    expect(folderOf([...playable, a.reprocessed(), a.inspected(2), a.failed(2)])).toBe(FOLDER);
  });

  it('is nothing while it grows, when it is whole, and when nothing of it plays', () => {
    expect(folderOf(playable)).toBeNull();
    expect(folderOf(whole)).toBeNull();
    expect(folderOf([...whole, a.reprocessed(), a.inspected(2), a.failed(2)])).toBeNull();
    expect(folderOf([...begun, a.failed()])).toBeNull();
    expect(folderOf([...playable, a.failed(), a.deleted()])).toBeNull();
    expect(abandonedBeginning(noVideo)).toBeNull();
  });

  it('is nothing any more when a newer generation has taken its place', () => {
    const second = [
      a.inspected(2),
      a.transcoded('standard', 2),
      a.thumbnailed('standard', 2),
      a.packaged('standard', 2),
    ];
    expect(folderOf([...playable, a.reprocessed(), ...second])).toBeNull();
  });
});

describe('ownTracks', () => {
  it('refuses facts outside of the generation, and names that are none', () => {
    const named = (rendition: string, track: string) => ({ rendition, track, segments: 2 });
    const own = named('h264-720', `${FOLDER}/segments/h264-720/a1/track.json`);
    const foreign = [
      named('h264-720', `videos/${VIDEO_ID}/g2/segments/h264-720/a1/track.json`),
      named('../g2', `${FOLDER}/segments/../g2/track.json`),
    ];
    const found = ownTracks({ generation: 1, attempt: 1, tracks: [own, ...foreign] }, FOLDER);
    expect(found).toEqual({ own: [own], foreign: foreign.map(({ track }) => track) });
  });
});
