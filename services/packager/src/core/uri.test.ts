import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { relativeUri, resolveUri } from './uri.ts';

describe('relativeUri', () => {
  it('goes up and down from a playlist to a segment', () => {
    expect(relativeUri('videos/x/g1/hls/a.m3u8', 'videos/x/g1/segments/h264-720/a1/00001.m4s')).toBe(
      '../segments/h264-720/a1/00001.m4s',
    );
    expect(relativeUri('videos/x/g1/hls/master.m3u8', 'videos/x/g1/hls/a.m3u8')).toBe('a.m3u8');
  });

  it('is undone by resolveUri for any keys', () => {
    const part = fc
      .string({ minLength: 1, maxLength: 8 })
      .filter((text) => !/^\.{1,2}$/.test(text) && !text.includes('/'));
    const key = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(key, key, (from, to) => {
        expect(resolveUri(from, relativeUri(from, to))).toBe(to);
      }),
    );
  });
});

describe('resolveUri', () => {
  it.each(['http://elsewhere/x.m4s', '/etc/passwd', 'data:text/plain,x', '../../../x'])('refuses %s', (uri) => {
    expect(() => resolveUri('a/b/c.m3u8', uri)).toThrow(RangeError);
  });
});
