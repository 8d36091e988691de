import { describe, expect, it } from 'vitest';
import { transcoded, type VideoEvent } from '../events/index.ts';
import { a, VIDEO_ID } from '../testing/index.ts';
import { fold } from './evolve.ts';
import { present } from './present.ts';

const warned = (code: string, generation: number): VideoEvent => {
  const { data } = a.transcoded('standard', generation);
  const context = { videoId: VIDEO_ID, generation, service: 'test', now: new Date(0), discriminator: 'standard' };
  return transcoded(context, { ...data, warnings: [{ code, message: 'What to know.' }] });
};

function warningsOf(...events: VideoEvent[]): string[] {
  const video = fold([a.requested(), a.uploaded(), a.inspected(), ...events]);
  if (video.status === 'none') throw new Error('there is no video');
  return present(video, 'https://cdn.example').warnings.map(({ code }) => code);
}

describe('present', () => {
  it('shows what the inspection warned of and what only the encode found out', () => {
    expect(warningsOf()).toEqual([]);
    expect(warningsOf(warned('damaged', 1))).toEqual(['damaged']);
  });

  it('shows those of a new generation as soon as it was inspected', () => {
    const ready = [warned('damaged', 1), a.thumbnailed(), a.packaged(), a.reprocessed()];
    expect(warningsOf(...ready)).toEqual(['damaged']);
    expect(warningsOf(...ready, a.inspected(2))).toEqual([]);
  });
});
