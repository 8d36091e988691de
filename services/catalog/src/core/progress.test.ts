import { a } from '@rushes/shared/testing';
import { fold, present, type Video } from '@rushes/shared/video';
import { describe, expect, it } from 'vitest';
import { withPercent } from './progress.ts';

const view = present(fold([a.requested(), a.uploaded(), a.inspected()]) as Video, 'https://cdn.example');
const at = '2026-01-01T00:00:05.000Z';

describe('withPercent', () => {
  it('shows the percent of the stage and generation that the video is at', () => {
    const shown = withPercent(view, { generation: 1, stage: 'transcoder', percent: 37.5, at });
    expect(shown.progress).toEqual({ stage: 'transcoder', percent: 37.5, generation: 1 });
  });

  it.each([
    ['another stage', { generation: 1, stage: 'packager', percent: 90, at }],
    ['another generation', { generation: 2, stage: 'transcoder', percent: 90, at }],
  ])('passes over a message of %s', (_, progress) => {
    expect(withPercent(view, progress)).toEqual(view);
  });

  it('shows none where nothing runs', () => {
    const done = { ...view, progress: null };
    expect(withPercent(done, { generation: 1, stage: 'transcoder', percent: 90, at }).progress).toBeNull();
  });
});
