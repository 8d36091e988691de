import { TIERS } from '@rushes/shared/events';
import { a } from '@rushes/shared/testing';
import { fold, present, type Video } from '@rushes/shared/video';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { furthest, type Progress, withProgress } from './progress.ts';

const view = present(fold([a.requested(), a.uploaded(), a.inspected()]) as Video, 'https://cdn.example');
const at = '2026-01-01T00:00:05.000Z';
const told = (changes: Partial<Progress> = {}): Progress => ({
  generation: 1,
  stage: 'transcoder',
  tier: 'standard',
  percent: 37.5,
  secondsLeft: 90,
  at,
  ...changes,
});

describe('a view with progress', () => {
  it('shows percent and time left of the stage, tier and generation that the video is at', () => {
    const progress = { stage: 'transcoder', tier: 'standard', percent: 37.5, secondsLeft: 90, generation: 1 };
    expect(withProgress(view, told()).progress).toEqual(progress);
  });

  it('understands a worker that says neither tier nor time left', () => {
    const old = { generation: 1, stage: 'transcoder', percent: 37.5, at };
    expect(withProgress(view, old).progress).toMatchObject({ tier: 'standard', percent: 37.5, secondsLeft: null });
  });

  it.each([
    ['another stage', { stage: 'packager' }],
    ['another generation', { generation: 2 }],
    ['another tier', { tier: 'extended' as const }],
  ])('passes over a message of %s', (_, changes) => {
    expect(withProgress(view, told(changes))).toEqual(view);
  });

  it('shows none where nothing runs', () => {
    expect(withProgress({ ...view, progress: null }, told()).progress).toBeNull();
  });
});

describe('what is furthest', () => {
  it("stays where it was when an attempt begins again further back, with that attempt's time left", () => {
    expect(furthest(told({ percent: 60 }), told({ percent: 40, secondsLeft: 200 }))).toMatchObject({
      percent: 60,
      secondsLeft: 200,
    });
  });

  it.each([
    ['a later generation', told({ percent: 90 }), told({ generation: 2, percent: 0 }), true],
    ['an earlier generation', told({ generation: 2 }), told({ percent: 90 }), false],
    ['a later stage', told({ percent: 90 }), told({ stage: 'thumbnailer', percent: 0 }), true],
    ['an earlier stage of the same tier', told({ stage: 'packager' }), told(), false],
    ['the first tier beside the encode', told(), told({ stage: 'packager', tier: 'first' }), false],
    [
      'the next tier, which begins at 0',
      told({ stage: 'packager', percent: 100 }),
      told({ tier: 'extended', percent: 0 }),
      true,
    ],
    ['a poster beside the encode', told(), told({ stage: 'thumbnailer', tier: undefined }), false],
    [
      'a worker that says no tier, after another such',
      told({ tier: undefined }),
      told({ stage: 'packager', tier: undefined }),
      true,
    ],
  ])('%s: %j, %j', (_what, shown, next, isTaken) => {
    expect(furthest(shown, next)).toEqual(isTaken ? next : null);
  });

  it('never goes backwards, in whatever order messages of tiers come', () => {
    const message = fc.record({
      generation: fc.integer({ min: 1, max: 3 }),
      tier: fc.constantFrom(...TIERS),
      stage: fc.constantFrom('transcoder', 'thumbnailer', 'packager'),
      percent: fc.integer({ min: 0, max: 100 }),
    });
    const place = ({ generation, tier = 'first', stage, percent }: Progress) =>
      ((generation * 10 + TIERS.indexOf(tier)) * 10 + ['transcoder', 'thumbnailer', 'packager'].indexOf(stage)) *
        1_000 +
      percent;
    fc.assert(
      fc.property(fc.array(message, { maxLength: 30 }), (messages) => {
        let shown: Progress | undefined;
        for (const each of messages) {
          const next = furthest(shown, told(each));
          if (next === null) continue;
          if (shown !== undefined) expect(place(next)).toBeGreaterThanOrEqual(place(shown));
          shown = next;
        }
      }),
    );
  });
});
