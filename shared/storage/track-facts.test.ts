import { describe, expect, it } from 'vitest';
import { readTrackFacts } from './track-facts.ts';

const segment = (number: number) => ({
  key: `${number}`,
  start: number * 6_000,
  duration: 6_000,
  bytes: 1,
  keyframes: [],
});

/** A track of seven segments of six seconds, two a page; `asked` are the keys that were read. */
function given() {
  const documents: Record<string, unknown> = {
    'track.json': {
      rendition: 'h264-720',
      kind: 'video',
      codecs: 'avc1.64001f',
      timescale: 1_000,
      init: { key: 'init.mp4', bytes: 1 },
      segmentSeconds: 6,
      pages: ['page-1', 'page-2', 'page-3'],
      segments: [segment(6)],
      complete: false,
    },
    'page-1': { segments: [segment(0), segment(1)] },
    'page-2': { segments: [segment(2), segment(3)] },
    'page-3': { segments: [segment(4), segment(5)] },
  };
  const asked: string[] = [];
  const read = async (_bucket: string, key: string) => {
    asked.push(key);
    const found = documents[key];
    return found === undefined ? null : { body: Buffer.from(JSON.stringify(found)), etag: '' };
  };
  return { storage: { read }, asked };
}

describe('readTrackFacts', () => {
  it('puts the segments of all pages before those of the open one', async () => {
    const { storage } = given();
    const { segments } = await readTrackFacts(storage, 'media', 'track.json');
    expect(segments.map(({ key }) => key)).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  });

  it.each([
    [36, ['track.json'], '6'],
    [30, ['track.json', 'page-3'], '4'],
    [23.9, ['track.json', 'page-3', 'page-2'], '2'],
  ])('reads no page that ends before %d s', async (fromSeconds, keys, first) => {
    const { storage, asked } = given();
    const { segments } = await readTrackFacts(storage, 'media', 'track.json', { fromSeconds });
    expect(asked).toEqual(keys);
    expect(segments[0]?.key).toBe(first);
    expect(segments.at(-1)?.key).toBe('6');
  });
});
