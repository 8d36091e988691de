import { describe, expect, it } from 'vitest';
import { noPace, notePace, secondsLeft, speedOf } from './speed.ts';

const after = (...samples: [number, number][]) =>
  samples.reduce((pace, [at, loaded]) => notePace(pace, at, loaded), noPace);

describe('the speed of an upload', () => {
  it('is unknown until half a second is seen', () => {
    expect(speedOf(noPace)).toBeNull();
    expect(speedOf(after([0, 0], [0.4, 400]))).toBeNull();
  });

  it('is that of the last five seconds, not of the beginning', () => {
    expect(speedOf(after([0, 0], [10, 10_000], [12, 30_000], [14, 50_000]))).toBe(10_000);
  });

  it('starts anew when the file is sent again from its beginning', () => {
    expect(speedOf(after([0, 0], [2, 9_000], [2.5, 0], [4.5, 2_000]))).toBe(1_000);
  });

  it('tells the seconds to go, and nothing while it stands still', () => {
    expect(secondsLeft(after([0, 0], [2, 2_000]), 5_000)).toBe(3);
    expect(secondsLeft(after([0, 500], [2, 500]), 5_000)).toBeNull();
    expect(secondsLeft(noPace, 5_000)).toBeNull();
  });
});
