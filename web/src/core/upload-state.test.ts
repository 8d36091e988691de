import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBusy, nextUpload, percentOf, reduceUpload, type UploadAction, type UploadItem } from './upload-state.ts';

const trouble = { title: 'No', detail: '', code: 'x', status: 0, fields: {} };
const queued = (key = 'a'): UploadItem => ({
  key,
  title: 'Clip',
  description: '',
  filename: 'clip.mp4',
  contentType: 'video/mp4',
  size: 200,
  videoId: null,
  phase: { name: 'queued' },
});
const after = (...actions: UploadAction[]) => actions.reduce(reduceUpload, queued());

const prepare: UploadAction = { type: 'prepare' };
const registered: UploadAction = { type: 'registered', videoId: 'v' };
const half: UploadAction = { type: 'sent', loaded: 100, at: 1 };

describe('an upload', () => {
  it('goes from the queue to storage', () => {
    expect(percentOf(after(prepare, registered, half))).toBe(50);
    expect(after(prepare, registered, half, { type: 'finished' })).toMatchObject({
      videoId: 'v',
      phase: { name: 'done' },
    });
  });

  it('that failed is tried again from the queue, as the same video', () => {
    const failed = after(prepare, registered, half, { type: 'failed', trouble });
    expect(failed.phase).toEqual({ name: 'failed', trouble });
    expect(reduceUpload(failed, { type: 'retry' })).toMatchObject({ videoId: 'v', phase: { name: 'queued' } });
  });

  it('that is cancelled hears nothing of its late failure or end', () => {
    const cancelled = after(prepare, registered, { type: 'cancel' });
    expect(reduceUpload(cancelled, { type: 'failed', trouble })).toBe(cancelled);
    expect(reduceUpload(cancelled, { type: 'finished' })).toBe(cancelled);
  });

  it('that is done cannot be cancelled', () => {
    const done = after(prepare, registered, { type: 'finished' });
    expect(reduceUpload(done, { type: 'cancel' })).toBe(done);
  });

  it('is never done without having been sent, whatever comes in whatever order', () => {
    const action = fc.constantFrom<UploadAction>(
      prepare,
      registered,
      half,
      { type: 'finished' },
      { type: 'failed', trouble },
      { type: 'cancel' },
      { type: 'retry' },
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 20 }), (actions) => {
        const end = after(...actions);
        if (end.phase.name === 'done' || end.phase.name === 'sending') expect(end.videoId).toBe('v');
        expect(percentOf(end)).toBeLessThanOrEqual(100);
      }),
    );
  });
});

describe('the queue', () => {
  it('sends one after another', () => {
    const sending = { ...queued('a'), phase: { name: 'preparing' } as const };
    expect(nextUpload([sending, queued('b')])).toBeUndefined();
    expect(nextUpload([after(prepare, registered, { type: 'finished' }), queued('b')])?.key).toBe('b');
    expect(nextUpload([])).toBeUndefined();
  });

  it('is busy while anything would be lost by leaving', () => {
    expect(isBusy(queued())).toBe(true);
    expect(isBusy(after(prepare, registered))).toBe(true);
    expect(isBusy(after(prepare, { type: 'failed', trouble }))).toBe(false);
  });
});
