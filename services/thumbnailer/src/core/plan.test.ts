import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lengthOf } from './frames.ts';
import {
  choosePoster,
  imageTimes,
  planPictures,
  posterRendition,
  previewSegment,
  smallRendition,
  tileSize,
} from './plan.ts';
import { sampleFacts, sampleRendition } from './sample-facts.ts';

const LANDSCAPE = { width: 640, height: 360 };
const FRAMES_A_MINUTE = 1_798;

describe('planPictures', () => {
  it('makes one image and one tile of a single picture', () => {
    const plan = planPictures(sampleFacts(1), LANDSCAPE);
    expect(plan.images).toEqual([{ time: 0, segment: 0, index: 0 }]);
    expect(plan.storyboard).toMatchObject({ columns: 1, rows: 1, tileWidth: 160, tileHeight: 90 });
    expect(plan.storyboard.cues).toEqual([{ start: 0, end: 1001 / 30_000, tile: 0 }]);
  });

  it('makes a tile a second of a minute, decoding every picture', () => {
    const plan = planPictures(sampleFacts(FRAMES_A_MINUTE), LANDSCAPE);
    expect(plan.decoding).toBe('all');
    expect(plan.storyboard).toMatchObject({ interval: 1, columns: 10, rows: 6 });
    expect(plan.images).toHaveLength(10);
  });

  it('makes at most a hundred tiles of hours, from keyframes alone', () => {
    const plan = planPictures(sampleFacts(180 * FRAMES_A_MINUTE), LANDSCAPE);
    expect(plan.decoding).toBe('keyframes');
    expect(plan.storyboard.interval).toBe(120);
    expect(plan.storyboard.tiles).toHaveLength(90);
  });

  it('covers the whole video with cues, each showing a tile that is there, for any length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60_000 }), (frames) => {
        const facts = sampleFacts(frames);
        const { storyboard, images } = planPictures(facts, LANDSCAPE);
        const { cues, tiles, columns, rows } = storyboard;
        expect(cues[0]?.start).toBe(0);
        expect(cues.at(-1)?.end).toBe(lengthOf(facts));
        for (const [index, cue] of cues.entries()) {
          expect(cue.end).toBeGreaterThan(cue.start);
          if (index > 0) expect(cue.start).toBe(cues[index - 1]?.end);
          expect(cue.tile).toBeLessThan(tiles.length);
        }
        expect(tiles.length).toBeLessThanOrEqual(100);
        expect(tiles.length).toBeLessThanOrEqual(columns * rows);
        expect(tiles.map(({ time }) => time)).toEqual(
          [...new Set(tiles.map(({ time }) => time))].toSorted((a, b) => a - b),
        );
        expect(images.length).toBeGreaterThan(0);
        expect(images.length).toBeLessThanOrEqual(60);
      }),
      { numRuns: 50 },
    );
  });
});

describe('imageTimes', () => {
  it('are the middles of equal parts', () => {
    expect(imageTimes(4)).toEqual([0.5, 1.5, 2.5, 3.5]);
    expect(imageTimes(0.2)).toEqual([0.1]);
  });
});

describe('tileSize', () => {
  it('keeps the aspect with the long side at 160, in even pixels', () => {
    expect(tileSize({ width: 1920, height: 1080 })).toEqual({ tileWidth: 160, tileHeight: 90 });
    expect(tileSize({ width: 1080, height: 1920 })).toEqual({ tileWidth: 90, tileHeight: 160 });
    expect(tileSize({ width: 3840, height: 8 })).toEqual({ tileWidth: 160, tileHeight: 2 });
  });
});

describe('choosePoster', () => {
  const candidate = (time: number, bytes: number) => ({ frame: { time, segment: 0, index: 0 }, bytes });

  it('passes over black pictures at the beginning', () => {
    expect(
      choosePoster([candidate(0, 900), candidate(1, 8_000), candidate(2, 40_000), candidate(3, 45_000)]).time,
    ).toBe(2);
  });

  it('takes the first of equally good ones', () => {
    expect(choosePoster([candidate(0, 40_000), candidate(1, 41_000)]).time).toBe(0);
  });

  it('takes what there is when all are black', () => {
    expect(choosePoster([candidate(0, 900)]).time).toBe(0);
  });
});

describe('smallRendition and posterRendition', () => {
  const ladder = [
    sampleRendition('h264-2160', 3840, 2160),
    sampleRendition('h264-1080', 1920, 1080),
    sampleRendition('h264-360', 640, 360),
    sampleRendition('h264-240', 426, 240),
    sampleRendition('av1-360', 640, 360, 'av1'),
  ];

  it('choose the smallest of 360 and more, and the largest up to 1080', () => {
    expect(smallRendition(ladder)?.id).toBe('h264-360');
    expect(posterRendition(ladder)?.id).toBe('h264-1080');
  });

  it('take the short side of a portrait', () => {
    const portrait = [sampleRendition('h264-1080', 1080, 1920), sampleRendition('h264-360', 360, 640)];
    expect(smallRendition(portrait)?.id).toBe('h264-360');
    expect(posterRendition(portrait)?.id).toBe('h264-1080');
  });

  it('take what there is', () => {
    const only = [sampleRendition('h264-144', 256, 144)];
    expect(smallRendition(only)?.id).toBe('h264-144');
    expect(posterRendition([sampleRendition('h264-2160', 3840, 2160)])?.id).toBe('h264-2160');
    expect(posterRendition([])).toBeUndefined();
  });
});

describe('previewSegment', () => {
  it('shows four seconds of the segment of the poster', () => {
    expect(previewSegment(sampleFacts(420), { time: 7, segment: 1, index: 0 })).toEqual({ segment: 1, seconds: 4 });
  });

  it('goes back by one from a short tail, and is as short as a short video', () => {
    expect(previewSegment(sampleFacts(200), { time: 6.1, segment: 1, index: 0 })).toEqual({ segment: 0, seconds: 4 });
    expect(previewSegment(sampleFacts(30), { time: 0, segment: 0, index: 0 }).seconds).toBeCloseTo(1.001);
  });
});
