import { VIDEO_STATUSES } from '@rushes/shared/video';
import { describe, expect, it } from 'vitest';
import {
  activityOf,
  doingOf,
  FILTERS,
  filterOf,
  mayReprocess,
  needsToken,
  STATUSES,
  stageDoing,
  stageName,
} from './status.ts';
import { videoWith } from './video-fixture.ts';

describe('statuses', () => {
  it('all have words', () => {
    expect(Object.keys(STATUSES).sort()).toEqual([...VIDEO_STATUSES].sort());
  });

  it('are each found by one filter besides "All", but for deleted ones', () => {
    const found = FILTERS.flatMap(({ statuses }) => [...statuses]);
    expect(found.sort()).toEqual(VIDEO_STATUSES.filter((status) => status !== 'deleted').sort());
    expect(filterOf(null)).toBe('all');
  });
});

describe('what is said of a video', () => {
  it('is the stage and its percent while it runs, else the status', () => {
    const progress = { stage: 'transcoder', percent: 37.9, generation: 1 };
    expect(activityOf(videoWith({ progress }))).toBe('Transcoding, 37 %');
    expect(activityOf(videoWith({ progress: { ...progress, percent: 0 } }))).toBe('Transcoding');
    expect(activityOf(videoWith())).toBe('Ready');
    expect([doingOf(videoWith({ progress })), doingOf(videoWith())]).toEqual(['Transcoding', 'Ready']);
  });

  it('is the time left too, where it is known', () => {
    const progress = { stage: 'transcoder', tier: 'standard', percent: 37.9, generation: 1 } as const;
    const left = (secondsLeft: number | null) => activityOf(videoWith({ progress: { ...progress, secondsLeft } }));
    expect([left(130), left(null)]).toEqual(['Transcoding, 37 %, about 2 minutes left', 'Transcoding, 37 %']);
  });

  it('calls further codecs what they are, whichever stage is at them', () => {
    const doing = ['transcoder', 'thumbnailer', 'packager'].map((stage) => stageDoing(stage, 'extended'));
    expect(new Set(doing)).toEqual(new Set(['Adding further codecs']));
  });

  it('holds for a stage that is newer than this page', () => {
    expect([stageDoing('captioner'), stageName('captioner')]).toEqual(['Working (captioner)', 'captioner']);
  });
});

describe('making it anew', () => {
  it('is offered where the API accepts it', () => {
    const offered = VIDEO_STATUSES.filter((status) => mayReprocess(videoWith({ status })));
    expect(offered).toEqual(['playable', 'ready', 'failed']);
    const unfinished = { ...videoWith().upload, status: 'uploading' } as const;
    expect(mayReprocess(videoWith({ upload: unfinished }))).toBe(false);
  });
});

describe('a signed video', () => {
  it('needs a token that the page does not have', () => {
    expect(needsToken({ visibility: 'signed' })).toBe(true);
    expect(needsToken({ visibility: 'public' })).toBe(false);
  });
});
