import { a } from '@rushes/shared/testing';
import { fold, type Video } from '@rushes/shared/video';
import { describe, expect, it } from 'vitest';
import { isNeeded, jobOf } from './handlers.ts';

const history = [a.requested(), a.uploaded(), a.inspected()];
const video = (...more: Parameters<typeof fold>[0][]) =>
  fold([...history, ...more.flatMap((events) => [...events])]) as Video;

describe('jobOf', () => {
  it('is the tier that has its pictures', () => {
    expect(jobOf(a.thumbnailed('first'))).toBe('first');
    expect(jobOf(a.thumbnailed('standard'))).toBe('standard');
  });

  it('is none for a poster that somebody chose, and for other events', () => {
    expect(jobOf(a.chosenPoster())).toBeNull();
    expect(jobOf(a.transcoded())).toBeNull();
  });
});

describe('isNeeded', () => {
  it('is true until the tier is packaged', () => {
    const pictured = [a.transcoded('standard', 1, false), a.thumbnailed('standard', 1, false)];
    expect(isNeeded(video(pictured), 'standard')).toBe(true);
    expect(isNeeded(video(pictured, [a.packaged('standard', 1, false)]), 'standard')).toBe(false);
  });

  it('is false for a tier below one that has its pictures already', () => {
    expect(isNeeded(video([a.transcoded('standard'), a.thumbnailed('standard')]), 'first')).toBe(false);
  });

  it('is false once the generation is closed or the video deleted', () => {
    expect(isNeeded(video([a.failed()]), 'standard')).toBe(false);
    expect(isNeeded(video([a.deleted()]), 'standard')).toBe(false);
  });

  it('is true where the history read lags behind the message', () => {
    expect(isNeeded(video(), 'standard')).toBe(true);
  });
});
