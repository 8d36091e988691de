import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Pace, paceAfter, type Report, unknownPace } from './time-left.ts';

const after = (reports: readonly Report[]): Pace => reports.reduce(paceAfter, unknownPace);
/** Reports every half second at one speed, from one percent to another. */
const steady = (from: number, to: number, pointsPerSecond: number, startMs = 0): Report[] => {
  const count = Math.floor(((to - from) / pointsPerSecond) * 2);
  return Array.from({ length: count + 1 }, (_, index) => ({
    atMs: startMs + index * 500,
    percent: from + (index * pointsPerSecond) / 2,
  }));
};

describe('the time left', () => {
  it('is the rest at the speed there is', () => {
    expect(after(steady(0, 50, 0.5)).secondsLeft).toBeCloseTo(100, 3);
  });

  it('is not known before the attempt has settled, nor before a few percent and a few seconds after that', () => {
    // Slow: at 6.9 % there are not two points since it has settled.
    expect(after(steady(0, 6.9, 0.1)).secondsLeft).toBeNull();
    expect(after(steady(0, 7.2, 0.1)).secondsLeft).toBeCloseTo(928, 0);
    // Fast: ten points, but only three seconds.
    expect(after(steady(0, 15, 3)).secondsLeft).toBeNull();
    expect(after(steady(0, 24, 3)).secondsLeft).toBeCloseTo(25.3, 1);
  });

  it('does not believe in the pace of a download', () => {
    const download = steady(0, 5, 5);
    const encode = steady(5, 8, 0.1, 1_500);
    const { secondsLeft } = after([...download, ...encode]);
    expect(secondsLeft).toBeGreaterThan(900);
    expect(secondsLeft).toBeLessThan(940);
  });

  it('is not fooled by an attempt that goes on at 60 %', () => {
    // Two minutes until the first new percent: what was there already is no speed, and the way to it no slowness.
    const resumed = [{ atMs: 0, percent: 60 }, ...steady(60.2, 70, 0.2, 120_000)];
    expect(after(resumed).secondsLeft).toBeCloseTo(150, 0);
  });

  it('is not fooled by a leap on the way', () => {
    const leapt = [...steady(0, 5, 1), ...steady(60, 64, 0.2, 10_000)];
    expect(after(leapt).secondsLeft).toBeNull();
    expect(after([...steady(0, 5, 1), ...steady(60, 70, 0.2, 10_000)]).secondsLeft).toBeCloseTo(150, 0);
  });

  it('says nothing of a job that tells a few steps', () => {
    const steps = [20, 50, 80].map((percent, index) => ({ atMs: index * 60_000, percent }));
    expect(after(steps).secondsLeft).toBeNull();
  });

  it('follows a change of speed without jumping', () => {
    const fast = steady(0, 40, 1);
    const [soon, later] = [1, 20].map((points) => after([...fast, ...steady(40.25, 40.25 + points, 0.25, 41_000)]));
    // Of 60 seconds left at the old speed, and 235 at the new one.
    expect(soon?.secondsLeft).toBeLessThan(80);
    expect(later?.secondsLeft).toBeCloseTo(159, -1);
  });

  it('does not change with every stutter', () => {
    // Two seconds at twice the speed, two seconds of nothing, which is not reported.
    const stutters = steady(0, 80, 1)
      .map(({ atMs }) => ({ atMs, percent: 4 * Math.floor(atMs / 4_000) + Math.min(4, (2 * (atMs % 4_000)) / 1_000) }))
      .filter(({ percent }, index, all) => percent !== all[index - 1]?.percent);
    const lefts = stutters.map((_, index) => after(stutters.slice(0, index + 1)).secondsLeft);
    const jumps = lefts.flatMap((left, index) => {
      const [before, passed] = [
        lefts[index - 1],
        ((stutters[index]?.atMs ?? 0) - (stutters[index - 1]?.atMs ?? 0)) / 1_000,
      ];
      return left === null || before == null ? [] : [Math.abs(left + passed - before)];
    });
    expect(jumps.length).toBeGreaterThan(50);
    expect(Math.max(...jumps.slice(20))).toBeLessThan(2);
  });

  it('is nothing at 100 %, and no error when a clock stands still or goes back', () => {
    expect(after(steady(0, 100, 2)).secondsLeft).toBeLessThan(1);
    const odd = steady(0, 50, 1).map((report, index) => ({ ...report, atMs: index % 2 === 0 ? 0 : report.atMs }));
    expect(after(odd).secondsLeft).toSatisfy((left) => left === null || (typeof left === 'number' && left >= 0));
  });

  it('is right for any steady speed, wherever the attempt begins, and few reports are kept', () => {
    const speed = fc.double({ min: 0.05, max: 2, noNaN: true });
    const begin = fc.double({ min: 0, max: 70, noNaN: true });
    fc.assert(
      fc.property(speed, begin, (pointsPerSecond, from) => {
        const to = from + 25;
        const pace = after(steady(from, to, pointsPerSecond));
        const last = pace.reports.at(-1)?.percent ?? 0;
        const left = (100 - last) / pointsPerSecond;
        expect(pace.secondsLeft).toBeGreaterThan(left * 0.99);
        expect(pace.secondsLeft).toBeLessThan(left * 1.01);
        expect(pace.reports.length).toBeLessThan(100);
      }),
    );
  });
});
