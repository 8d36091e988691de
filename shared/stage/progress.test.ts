import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgress, type ProgressSubject } from './progress.ts';

interface Told {
  percent: number;
  secondsLeft: number | null;
  tier?: string;
  at: string;
}

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

function start(about: Partial<ProgressSubject> = {}) {
  const told: Told[] = [];
  const subjects = new Set<string>();
  const connection = {
    isClosed: () => false,
    publish: (subject: string, body?: Uint8Array | string) => {
      subjects.add(subject);
      told.push(JSON.parse(new TextDecoder().decode(body as Uint8Array)) as Told);
    },
  };
  const progress = createProgress(
    { connection, now: () => new Date() },
    { videoId: 'v', generation: 2, stage: 'transcoder', ...about },
  );
  return { progress, told, subjects };
}

describe('progress', () => {
  it('says what it is about, when, and how far that is', () => {
    const { progress, told, subjects } = start({ tier: 'standard' });
    progress.report(12.345);
    expect([...subjects]).toEqual(['progress.v.transcoder']);
    expect(told).toEqual([
      {
        generation: 2,
        stage: 'transcoder',
        tier: 'standard',
        percent: 12.3,
        secondsLeft: null,
        at: '1970-01-01T00:00:00.000Z',
      },
    ]);
  });

  it('is told at most twice in any second, however often it is reported', () => {
    const { progress, told } = start();
    for (let ms = 0; ms < 10_000; ms += 10) {
      progress.report(ms / 100);
      vi.advanceTimersByTime(10);
    }
    const times = told.map(({ at }) => Date.parse(at));
    expect(times.length).toBeGreaterThan(15);
    for (const [index, time] of times.entries())
      expect(time - (times[index - 2] ?? -1e9)).toBeGreaterThanOrEqual(1_000);
  });

  it('tells the last of several that come at once, as soon as it is time', () => {
    const { progress, told } = start();
    for (const percent of [20, 50, 80]) progress.report(percent);
    vi.advanceTimersByTime(1_000);
    expect(told.map(({ percent }) => percent)).toEqual([20, 80]);
  });

  it('never goes backwards, nor beyond its ends', () => {
    const { progress, told } = start();
    for (const percent of [-5, 30, 20, 30, 140]) {
      progress.report(percent);
      vi.advanceTimersByTime(1_000);
    }
    expect(told.map(({ percent }) => percent)).toEqual([0, 30, 100]);
  });

  it('tells the seconds left once the pace is known', () => {
    const { progress, told } = start();
    for (let percent = 0; percent <= 50; percent += 0.5) {
      progress.report(percent);
      vi.advanceTimersByTime(1_000);
    }
    expect(told.at(0)?.secondsLeft).toBeNull();
    expect(told.at(-1)?.secondsLeft).toBe(100);
  });

  it('tells nothing more once it is stopped', () => {
    const { progress, told } = start();
    progress.report(1);
    progress.report(2);
    progress.stop();
    vi.advanceTimersByTime(10_000);
    expect(told.map(({ percent }) => percent)).toEqual([1]);
  });
});
