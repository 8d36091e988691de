import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameAt, lengthOf, longestGop, select } from './frames.ts';
import { sampleFacts } from './sample-facts.ts';

describe('frameAt', () => {
  it('finds the nearest picture in its segment', () => {
    expect(frameAt(sampleFacts(420), 7, 'all')).toEqual({ time: 7.007, segment: 1, index: 30 });
  });

  it('finds the nearest keyframe among keyframes only', () => {
    expect(frameAt(sampleFacts(420), 7.1, 'keyframes')).toEqual({ time: 8.008, segment: 1, index: 1 });
    expect(frameAt(sampleFacts(420), 6.9, 'keyframes')).toEqual({ time: 6.006, segment: 1, index: 0 });
  });

  it('gives the first and the last picture for times outside', () => {
    expect(frameAt(sampleFacts(1), 100, 'all')).toEqual({ time: 0, segment: 0, index: 0 });
    expect(frameAt(sampleFacts(200), 100, 'all')).toMatchObject({ segment: 1, index: 19 });
    expect(frameAt(sampleFacts(200), -1, 'all')).toEqual({ time: 0, segment: 0, index: 0 });
  });

  it('is within half a frame of any time inside, and inside its segment', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (frames, share) => {
        const facts = sampleFacts(frames);
        const time = share * lengthOf(facts);
        const frame = frameAt(facts, time, 'all');
        expect(Math.abs(frame.time - time)).toBeLessThanOrEqual(1001 / 30_000 + 1e-9);
        expect(frame.index).toBeLessThan(Math.min(180, frames));
      }),
    );
  });

  it('refuses a track without pictures', () => {
    expect(() => frameAt(sampleFacts(0), 1, 'all')).toThrow(RangeError);
    expect(() => frameAt(sampleFacts(0), 1, 'keyframes')).toThrow(RangeError);
  });
});

describe('longestGop', () => {
  it('is the GOP of a long track and the length of a short one', () => {
    expect(longestGop(sampleFacts(420))).toBeCloseTo(2.002);
    expect(longestGop(sampleFacts(30))).toBeCloseTo(1.001);
  });
});

describe('select', () => {
  it('numbers pictures as they come out when only their segments are decoded', () => {
    const facts = sampleFacts(900);
    const frames = [frameAt(facts, 0.5, 'all'), frameAt(facts, 13, 'all'), frameAt(facts, 25, 'all')];
    const { segments, numbers } = select(facts, frames, 'all');
    expect(segments).toEqual([0, 2, 4]);
    expect(numbers).toEqual([15, 180 + (frames[1]?.index ?? 0), 360 + (frames[2]?.index ?? 0)]);
  });

  it('counts only keyframes where only they are decoded', () => {
    const facts = sampleFacts(900);
    const frames = [frameAt(facts, 13, 'keyframes'), frameAt(facts, 25, 'keyframes')];
    expect(select(facts, frames, 'keyframes')).toEqual({ segments: [2, 4], numbers: [0, 3] });
  });
});
