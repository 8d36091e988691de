import type { SourceAudio } from '@rushes/shared/events';
import { describe, expect, it } from 'vitest';
import { leftOut, planAudio } from './plan-audio.ts';
import { source } from './source-fixture.ts';

const streams = (...audio: Partial<SourceAudio>[]) => source({}, audio).audio;
const listed = (audio: SourceAudio[], withLow = false) =>
  planAudio(audio, withLow).map(({ id, label, sourceStream }) => [id, label, sourceStream]);

describe('planAudio', () => {
  it('makes one track a language: its default one, the default language first', () => {
    const audio = streams(
      { language: 'de' },
      { language: 'en' },
      { language: 'en', title: 'Film', default: true },
      { language: null },
    );
    expect(listed(audio)).toEqual([
      ['aac-en', 'English', 3],
      ['aac-de', 'German', 1],
      ['aac-und', 'Original', 4],
    ]);
    expect(leftOut(audio)).toBe(1);
  });

  it('makes a second track of a language where a title or a purpose tells it apart', () => {
    const audio = streams(
      { language: 'en', role: 'commentary' },
      { language: 'en' },
      { language: 'en', title: 'Director' },
      { language: 'en', title: ' director' },
      { language: 'fr', role: 'description', title: 'Audiodescription' },
      { language: 'en' },
    );
    expect(listed(audio)).toEqual([
      ['aac-en', 'English', 2],
      ['aac-fr', 'Audiodescription', 5],
      ['aac-en-2', 'Director', 3],
      ['aac-en-3', 'English (commentary)', 1],
    ]);
    expect(leftOut(audio)).toBe(2);
  });

  it('names a track of no known language by its title', () => {
    expect(listed(streams({ title: 'Band' }))).toEqual([['aac-und', 'Band', 1]]);
  });

  it('keeps 5.1 beside the mix, once, and says so', () => {
    const audio = streams({ language: 'en', channels: 6, layout: '5.1(side)' }, { language: 'de' });
    expect(planAudio(audio, true).map(({ id, channels, bitrate }) => [id, channels, bitrate])).toEqual([
      ['aac-en', 2, 128_000],
      ['aac-de', 2, 128_000],
      ['aac-low-en', 2, 48_000],
      ['aac-low-de', 2, 48_000],
      ['aac-surround-en', 6, 384_000],
    ]);
    expect(planAudio(audio, true).at(-1)).toMatchObject({
      label: 'English',
      reason: '5.1 mixed down explicitly and kept as an extra track',
    });
    const wide = planAudio(streams({ channels: 8, layout: '7.1' }), false);
    expect(wide.at(-1)?.reason).toBe('7.1 mixed down explicitly and kept as an extra track of 5.1');
  });

  it.each([
    ['stereo', 2],
    ['5.0', 5],
    ['7.1(wide)', 8],
    [null, 6],
  ])('keeps nothing beside the mix of %s', (layout, channels) => {
    expect(planAudio(streams({ channels, layout }), false).map(({ id }) => id)).toEqual(['aac-und']);
  });

  it('keeps all channels of the first four choices only', () => {
    const audio = streams(
      ...['en', 'de', 'fr', 'ja', 'es'].map((language) => ({ language, channels: 6, layout: '5.1' })),
    );
    const extra = planAudio(audio, true).filter(({ channels }) => channels === 6);
    expect(extra.map(({ language }) => language)).toEqual(['en', 'de', 'fr', 'ja']);
  });
});
