import { probedFileSchema } from '@rushes/shared/media';
import { describe, expect, it } from 'vitest';
import { clockMayJump, countedSeconds } from './clock.ts';

const file = (format_name: string, duration: number) =>
  probedFileSchema.parse({ streams: [], format: { format_name, duration } });
const timing = { packets: 300, medianStep: 1 / 30, unevenShare: 0, gopSeconds: 2, end: 5000 };
const DAY = 24 * 3600;

describe('clockMayJump', () => {
  it('doubts a transport stream that is longer than its bytes can last', () => {
    expect(clockMayJump(file('mpegts', 5000), 2_000_000, DAY)).toBe(true);
    expect(clockMayJump(file('mpegts', 100_000), 90_000_000_000, DAY)).toBe(true);
    expect(clockMayJump(file('mpegts', 10), 2_000_000, DAY)).toBe(false);
    expect(clockMayJump(file('matroska,webm', 5000), 2_000_000, DAY)).toBe(false);
  });
});

describe('countedSeconds', () => {
  it('counts pictures where the clock runs far ahead of them', () => {
    expect(countedSeconds(5000, timing)).toBeCloseTo(10, 6);
    expect(countedSeconds(12, timing)).toBeNull();
    expect(countedSeconds(5000, { ...timing, medianStep: null })).toBeNull();
  });
});
