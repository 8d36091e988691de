import { describe, expect, it } from 'vitest';
import { frameTiming } from './timing.ts';

/** CSV as ffprobe writes it, of pictures at these times; every `gop`-th is a keyframe. */
function csv(times: number[], gop = 5): string {
  return times.map((time, index) => `${time.toFixed(6)},0.040000,${index % gop === 0 ? 'K__' : '___'}`).join('\n');
}

const steady = Array.from({ length: 20 }, (_, index) => index * 0.04);

describe('frameTiming', () => {
  it('finds the usual distance, the GOP and the end of a steady stream', () => {
    const timing = frameTiming(csv(steady));
    expect(timing.packets).toBe(20);
    expect(timing.medianStep).toBeCloseTo(0.04, 6);
    expect(timing.gopSeconds).toBeCloseTo(0.2, 6);
    expect(timing.end).toBeCloseTo(0.8, 6);
    expect(timing.unevenShare).toBe(0);
  });

  it('puts pictures that are stored out of order back in order', () => {
    const [first = 0, second = 0, third = 0, ...rest] = steady;
    expect(frameTiming(csv([first, third, second, ...rest], 100))).toMatchObject({ unevenShare: 0, gopSeconds: null });
  });

  it('sees dropped pictures as uneven', () => {
    const dropped = steady.filter((_, index) => index % 4 !== 3);
    expect(frameTiming(csv(dropped)).unevenShare).toBeGreaterThan(0.2);
  });

  it('lets packets follow each other where none has a time', () => {
    const bare = `${csv(steady)}\n`.replaceAll(/^[\d.]+/gm, 'N/A');
    const timing = frameTiming(bare);
    expect(timing).toMatchObject({ packets: 20, unevenShare: 0 });
    expect(timing.medianStep).toBeCloseTo(0.04, 6);
    expect(timing.gopSeconds).toBeCloseTo(0.2, 6);
    expect(timing.end).toBeCloseTo(0.8, 6);
  });

  it('knows nothing of an empty answer and of packets without times', () => {
    const nothing = { packets: 0, medianStep: null, unevenShare: 0, gopSeconds: null, end: null };
    expect(frameTiming('')).toEqual(nothing);
    expect(frameTiming('N/A,N/A,K__\nN/A,N/A,___\n')).toEqual(nothing);
  });
});
