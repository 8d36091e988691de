import type { Source } from '@rushes/shared/events';
import { describe, expect, it } from 'vitest';
import { planSubtitles } from './plan-subtitles.ts';

const stream = (index: number, more: Partial<Source['subtitles'][number]> = {}) => ({
  index,
  codec: 'subrip',
  language: 'en',
  title: null,
  default: false,
  text: true,
  ...more,
});

describe('planSubtitles', () => {
  it('makes a track of each stream of text and of nothing else', () => {
    const planned = planSubtitles([
      stream(2),
      stream(3, { language: 'de', codec: 'ass' }),
      stream(4, { text: false }),
      stream(5, { title: 'SDH' }),
      stream(6, { language: null, title: 'Lyrics' }),
    ]);
    expect(planned).toEqual([
      { id: 'text-en', language: 'en', label: 'English', sourceStream: 2, reason: 'subrip made WebVTT' },
      { id: 'text-de', language: 'de', label: 'German', sourceStream: 3, reason: 'ass made WebVTT' },
      { id: 'text-en-2', language: 'en', label: 'SDH', sourceStream: 5, reason: 'subrip made WebVTT' },
      { id: 'text-und', language: null, label: 'Lyrics', sourceStream: 6, reason: 'subrip made WebVTT' },
    ]);
  });

  it('lists what translates only the foreign last, and marks it', () => {
    const planned = planSubtitles([stream(2, { forced: true }), stream(3)]);
    expect(planned.map(({ id, label, forced, sourceStream }) => [id, label, forced, sourceStream])).toEqual([
      ['text-en', 'English', undefined, 3],
      ['text-en-2', 'English (forced)', true, 2],
    ]);
  });

  it('takes the first sixteen', () => {
    const planned = planSubtitles(Array.from({ length: 20 }, (_, index) => stream(index)));
    expect(new Set(planned.map(({ id }) => id)).size).toBe(16);
  });
});
