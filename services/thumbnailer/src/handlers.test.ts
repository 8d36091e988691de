import { a } from '@rushes/shared/testing';
import { fold, type Video } from '@rushes/shared/video';
import { describe, expect, it } from 'vitest';
import { isNeeded, jobOf, withTracks } from './handlers.ts';

const history = [a.requested(), a.uploaded(), a.inspected()];
const video = (...more: Parameters<typeof fold>[0][]) =>
  fold([...history, ...more.flatMap((events) => [...events])]) as Video;

describe('jobOf', () => {
  it('is the tier that is transcoded', () => {
    expect(jobOf(a.transcoded('first'))).toBe('first');
    expect(jobOf(a.transcoded('standard'))).toBe('standard');
  });

  it('is none for other events', () => {
    expect(jobOf(a.updated({ title: 'Harbour' }))).toBeNull();
    expect(jobOf(a.uploaded())).toBeNull();
  });
});

describe('withTracks', () => {
  const { data } = a.transcoded();
  const { poster } = a.thumbnailed().data;
  const pictures = { poster, images: [], storyboard: null, preview: null };

  it('carries on what the packager needs as it came', () => {
    const mp4 = { key: 'videos/x/g1/segments/mp4/a1/video.mp4', size: 5, newer: true };
    const renditions = data.renditions.map((rendition) => ({ ...rendition, newer: true }));
    const { encodeSeconds, ...rest } = { ...data, renditions, mp4 };
    expect(withTracks({ ...rest, encodeSeconds }, pictures)).toEqual({ ...rest, ...pictures });
  });

  it('invents no file for sharing', () => {
    expect(withTracks(data, pictures)).not.toHaveProperty('mp4');
  });
});

describe('isNeeded', () => {
  it('is true until the tier has its pictures', () => {
    expect(isNeeded(video([a.transcoded()]), 'standard')).toBe(true);
    expect(isNeeded(video([a.transcoded(), a.thumbnailed()]), 'standard')).toBe(false);
  });

  it('is false for a tier below one that is transcoded already', () => {
    expect(isNeeded(video([a.transcoded('first'), a.transcoded('standard')]), 'first')).toBe(false);
  });

  it('is false once the generation is closed or the video deleted', () => {
    expect(isNeeded(video([a.transcoded(), a.failed()]), 'standard')).toBe(false);
    expect(isNeeded(video([a.transcoded(), a.deleted()]), 'standard')).toBe(false);
  });

  it('is true where the history read lags behind the message', () => {
    expect(isNeeded(video(), 'standard')).toBe(true);
  });
});
