import type { CreateVideo } from '@rushes/shared/http';
import { parseProfiles } from '@rushes/shared/profiles';
import { describe, expect, it } from 'vitest';
import { complaintAbout, profileErrors, requestedData } from './request.ts';

const profiles = parseProfiles({ archive: { codecs: ['h264', 'vp9'], rungs: [1080, 720] } });
const MAX = { maxUploadBytes: 50 * 1024 ** 3, profiles };
const body: CreateVideo = { title: 'Harbour', filename: 'a.mov', contentType: 'video/quicktime', size: 10 };

describe('complaints about a request', () => {
  it('has none about a plain one', () => {
    expect(complaintAbout(body, MAX)).toBeNull();
  });

  it.each([
    ['the largest size that one PUT takes', { size: 5 * 1024 ** 3 }],
    ['the strategy that is offered', { strategy: 'single' as const }],
    ['a built-in profile', { profile: 'max' }],
    ['a profile of the file', { profile: 'archive' }],
  ])('has none about %s', (_what, change) => {
    expect(complaintAbout({ ...body, ...change }, MAX)).toBeNull();
  });

  it('names every wrong field at once', () => {
    const wrong = { ...body, size: MAX.maxUploadBytes + 1, profile: 'nope', strategy: 'multipart' as const };
    const complaint = complaintAbout(wrong, MAX);
    if (complaint?.code !== 'validation_failed') throw new Error('the fields are accepted');
    expect(complaint.errors.map(({ path }) => path)).toEqual(['/size', '/profile', '/strategy']);
  });

  it('refuses a byte more than one PUT takes with a code of its own', () => {
    expect(complaintAbout({ ...body, size: 5 * 1024 ** 3 + 1 }, MAX)).toMatchObject({ code: 'too_large_for_single' });
  });

  it('holds a configured limit below that of one PUT', () => {
    expect(complaintAbout({ ...body, size: 101 }, { ...MAX, maxUploadBytes: 100 })).toEqual({
      code: 'validation_failed',
      errors: [{ path: '/size', message: 'must be at most 100' }],
    });
  });
});

describe('profiles', () => {
  it('takes no profile for the default one', () => {
    expect(profileErrors(undefined, profiles)).toEqual([]);
  });

  it('says which ones there are', () => {
    expect(profileErrors('4k', profiles)).toEqual([
      { path: '/profile', message: 'is not known; there are fast, web, max, archive' },
    ]);
  });
});

describe('what is requested', () => {
  const place = { bucket: 'uploads', key: 'uploads/x/source', closesAt: '2026-01-02T00:00:00.000Z' };

  it('fills in what was left out', () => {
    expect(requestedData(body, place)).toEqual({
      ...body,
      ...place,
      description: '',
      tags: [],
      metadata: {},
      profile: 'web',
      visibility: 'public',
      strategy: 'single',
    });
  });

  it('keeps what was said', () => {
    const said = {
      description: 'd',
      tags: ['a'],
      metadata: { k: 'v' },
      profile: 'fast',
      visibility: 'signed',
    } as const;
    expect(requestedData({ ...body, ...said, tags: ['a'] }, place)).toMatchObject(said);
  });
});
