import { VIDEO_ID } from '@rushes/shared/testing';
import { describe, expect, it } from 'vitest';
import { recentAfter, recentBegin } from './position.ts';

const DAY = 24 * 60 * 60 * 1_000;
/** When the sample video's id was made. */
const MADE = Number.parseInt(VIDEO_ID.replaceAll('-', '').slice(0, 12), 16);
const KEY = `uploads/${VIDEO_ID}/source`;

describe('the window of recent uploads', () => {
  it('holds what was asked for within eight days, and nothing older', () => {
    expect(recentBegin(MADE + 8 * DAY) <= KEY).toBe(true);
    expect(recentBegin(MADE + 8 * DAY + 1) > KEY).toBe(true);
  });

  it('begins at the first id there can be for a clock that stands near 1970', () => {
    expect(recentBegin(0)).toBe('uploads/00000000-0000');
  });

  it('is gone through from where it was left, or from its begin when that has moved past', () => {
    expect(recentAfter(KEY, MADE + DAY)).toBe(KEY);
    expect(recentAfter('', MADE + DAY)).toBe(recentBegin(MADE + DAY));
    expect(recentAfter(KEY, MADE + 9 * DAY)).toBe(recentBegin(MADE + 9 * DAY));
  });
});
