import { describe, expect, it } from 'vitest';
import { damageWarnings } from './damage.ts';
import { source } from './source-fixture.ts';

const none = { pictures: 0, sounds: 0, container: 0 };
const clip = (durationSeconds: number, more: object = {}, audio: object[] = [{}]) => ({
  ...source(more, audio),
  durationSeconds,
});

describe('damageWarnings', () => {
  it('says nothing of a file that was decoded whole, up to a rounded end', () => {
    expect(damageWarnings(clip(120, { durationSeconds: 120 }), none, 118)).toEqual([]);
    expect(damageWarnings(clip(5, { durationSeconds: 5 }), none, 4.1)).toEqual([]);
  });

  it('counts what could not be decoded', () => {
    expect(damageWarnings(clip(10), { pictures: 1, sounds: 0, container: 4 }, 10)).toEqual([
      {
        code: 'damaged',
        message: 'Parts of the file are damaged: 1 picture could not be decoded without errors.',
      },
    ]);
    expect(damageWarnings(clip(10), { pictures: 12, sounds: 3, container: 0 }, 10)[0]?.message).toBe(
      'Parts of the file are damaged: 12 pictures and 3 pieces of sound could not be decoded without errors.',
    );
    expect(damageWarnings(clip(10), { ...none, container: 2 }, 10)[0]?.message).toBe(
      'Parts of the file are damaged and could not be read.',
    );
  });

  it('says how much is missing', () => {
    expect(damageWarnings(clip(120, { durationSeconds: 120 }), none, 73.4)).toEqual([
      {
        code: 'incomplete',
        message: 'Only 73 s of the 120 s that the file announces could be read; the rest is missing or damaged.',
      },
    ]);
    expect(damageWarnings(clip(4), { ...none, container: 1 }, 2.04)[0]?.message).toMatch(/^Only 2 s of the 4 s /);
  });

  it('does not miss pictures where only the sound is longer', () => {
    expect(damageWarnings(clip(30, { durationSeconds: 20 }), none, 20)).toEqual([]);
    expect(damageWarnings(clip(30), none, 20)).toEqual([]);
    expect(damageWarnings(clip(30, {}, []), none, 20)).toHaveLength(1);
    expect(damageWarnings({ ...clip(30, { durationSeconds: 30 }), container: 'mpegts' }, none, 20)).toEqual([]);
  });
});
