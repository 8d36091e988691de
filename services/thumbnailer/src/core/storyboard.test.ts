import { describe, expect, it } from 'vitest';
import { planPictures } from './plan.ts';
import { sampleFacts } from './sample-facts.ts';
import { storyboardVtt, timestamp } from './storyboard.ts';

describe('storyboardVtt', () => {
  it('names a part of the sprite for each stretch of the video', () => {
    const { storyboard } = planPictures(sampleFacts(75), { width: 640, height: 360 });
    expect(storyboardVtt(storyboard, 'storyboard-001.jpg')).toBe(`WEBVTT

00:00:00.000 --> 00:00:01.000
storyboard-001.jpg#xywh=0,0,160,90

00:00:01.000 --> 00:00:02.000
storyboard-001.jpg#xywh=160,0,160,90

00:00:02.000 --> 00:00:02.503
storyboard-001.jpg#xywh=320,0,160,90
`);
  });

  it('goes on in the next row', () => {
    const { storyboard } = planPictures(sampleFacts(600), { width: 360, height: 640 });
    expect(storyboardVtt(storyboard, 's.jpg')).toContain('00:00:10.000 --> 00:00:11.000\ns.jpg#xywh=0,160,90,160\n');
  });
});

describe('timestamp', () => {
  it('carries milliseconds up to hours', () => {
    expect(timestamp(59.9996)).toBe('00:01:00.000');
    expect(timestamp(3_661.5)).toBe('01:01:01.500');
    expect(timestamp(360_000)).toBe('100:00:00.000');
  });
});
