import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  firstSentence,
  formatAge,
  formatBitrate,
  formatBytes,
  formatClock,
  formatInstant,
  formatRate,
  formatSpan,
  formatTimeLeft,
  spokenDuration,
} from './format.ts';

describe('numbers for people', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1 kB'],
    [73_400_320, '73.4 MB'],
    [999_950, '1 MB'],
    [5 * 1024 ** 3, '5.4 GB'],
    [5 * 1024 ** 5, '5629 TB'],
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it('never shows more than three digits before the unit grows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_000_000_000_000 }), (bytes) => {
        expect(Number.parseFloat(formatBytes(bytes))).toBeLessThan(1000);
      }),
    );
  });

  it.each([
    [70_400, '70 kbit/s'],
    [4_210_000, '4.2 Mbit/s'],
    [999_600, '1 Mbit/s'],
  ])('%d bit/s are %s', (bits, text) => expect(formatBitrate(bits)).toBe(text));

  it.each([
    [29.97002997, '29.97'],
    [25, '25'],
  ])('a rate of %d is %s', (fps, text) => expect(formatRate(fps)).toBe(text));
});

describe('times for people', () => {
  it.each([
    [0, '0:00'],
    [7.9, '0:07'],
    [725, '12:05'],
    [3_723, '1:02:03'],
  ])('a clip of %d s is %s long', (seconds, text) => expect(formatClock(seconds)).toBe(text));

  it.each([
    [0.41, '0.4 s'],
    [9.96, '10 s'],
    [59.4, '59 s'],
    [200, '3 min 20 s'],
    [120, '2 min'],
    [7_500, '2 h 5 min'],
    [3_600, '1 h'],
  ])('%d s take %s', (seconds, text) => expect(formatSpan(seconds)).toBe(text));

  it.each([
    [0, '0 seconds'],
    [1, '1 second'],
    [3_662, '1 hour 1 minute 2 seconds'],
  ])('%d s are read out as %s', (seconds, text) => expect(spokenDuration(seconds)).toBe(text));

  const now = new Date('2026-01-08T00:00:00Z');
  it.each([
    ['2026-01-08T00:00:05Z', 'just now'],
    ['2026-01-07T23:59:30Z', 'just now'],
    ['2026-01-07T23:59:00Z', '1 minute ago'],
    ['2026-01-07T21:30:00Z', '2 hours ago'],
    ['2026-01-06T00:00:00Z', '2 days ago'],
    ['2025-12-24T12:00:00Z', '24 Dec 2025'],
  ])('%s is %s', (time, text) => expect(formatAge(time, now)).toBe(text));

  it('shows milliseconds of an event, since stages may take less than a second', () => {
    expect(formatInstant('2026-01-01T09:05:07.042Z', 'UTC')).toBe('09:05:07.042');
  });
});

describe('firstSentence', () => {
  it.each([
    ['The file holds no video: it is text. Upload a video file.', 'The file holds no video: it is text.'],
    ['Needs 1.5 GB of memory. Wait.', 'Needs 1.5 GB of memory.'],
    ['no end', 'no end'],
  ])('of %j is %j', (text, first) => expect(firstSentence(text)).toBe(first));
});

describe('the time left', () => {
  it.each([
    [null, ''],
    [undefined, ''],
    [0, 'a few seconds left'],
    [9.9, 'a few seconds left'],
    [10, 'about 10 seconds left'],
    [41, 'about 50 seconds left'],
    [51, 'about 1 minute left'],
    [100, 'about 2 minutes left'],
    [3_600, 'about 60 minutes left'],
    [5_399, 'about 90 minutes left'],
    [5_400, 'about 2 hours left'],
    [36_000, 'about 10 hours left'],
  ])('of %s seconds is "%s"', (seconds, text) => expect(formatTimeLeft(seconds)).toBe(text));
});
