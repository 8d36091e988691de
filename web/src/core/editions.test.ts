import { a } from '@rushes/shared/testing';
import { fold, present, type Video, type VideoView } from '@rushes/shared/video';
import { describe, expect, it } from 'vitest';
import { editionOf, growsTo } from './editions.ts';

type Events = Parameters<typeof fold>[0];
const shown = (events: Events): VideoView => present(fold(events) as Video, 'https://cdn.example');
const playable = [
  ...[a.requested(), a.uploaded(), a.inspected(), a.transcoded('first'), a.thumbnailed('first')],
  a.packaged('first'),
];
const ready = [...playable, a.transcoded(), a.thumbnailed(), a.packaged()];

describe('what a master offers', () => {
  it('is the same when the rest of what plays has been made', () => {
    expect(editionOf(shown(ready))).toBe(editionOf(shown(playable)));
  });

  it('is another with a further rendition, and with a new generation', () => {
    const [rendition] = shown(ready).renditions;
    if (rendition === undefined) throw new Error('the video has no rendition');
    const more = { ...shown(ready), renditions: [rendition, { ...rendition, id: 'av1-720' }] };
    expect(editionOf(more)).not.toBe(editionOf(shown(ready)));
    expect(editionOf({ ...shown(ready), generation: 2 })).not.toBe(editionOf(shown(ready)));
  });
});

describe('the length that a beginning grows to', () => {
  it('is that of the source, while somebody works on it', () => {
    expect(growsTo(shown(playable))).toBe(61.4);
    expect(growsTo(shown(ready))).toBeNull();
    expect(growsTo(shown([...playable, a.failed()]))).toBeNull();
  });
});
