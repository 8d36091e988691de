import { a } from '@rushes/shared/testing';
import { fold, present, type Video } from '@rushes/shared/video';
import { describe, expect, it } from 'vitest';
import { HEARTBEAT, progressFrame, videoFrame } from './frames.ts';

const title = 'two\nlines\r\nand \u2028 more';
const view = present(fold([a.requested({ title })]) as Video, 'https://cdn.example');

describe('frames', () => {
  it('carry a video in one data line under the sequence of its last event, whatever its texts hold', () => {
    const [id, event, data, ...rest] = videoFrame(42, view).split('\n');
    expect([id, event]).toEqual(['id: 42', 'event: video']);
    expect(JSON.parse(data?.slice('data: '.length) ?? '')).toEqual(view);
    expect(rest).toEqual(['', '']);
  });

  it('carry progress without an id, so that nobody comes back to it', () => {
    const progress = { generation: 1, stage: 'transcoder', percent: 5, at: '2026-01-01T00:00:00.000Z' };
    expect(progressFrame('v', progress)).toBe(
      `event: progress\ndata: ${JSON.stringify({ videoId: 'v', ...progress })}\n\n`,
    );
  });

  it('carry a heartbeat as a comment', () => {
    expect(HEARTBEAT).toMatch(/^:[^\n]*\n\n$/);
  });
});
