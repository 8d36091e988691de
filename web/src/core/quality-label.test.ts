import { describe, expect, it } from 'vitest';
import { compareQualities, qualityId, qualityLabel } from './quality-label.ts';

const quality = (index: number, codecs: string, width = 1920, height = 1080) => ({
  id: qualityId(index, codecs),
  width,
  height,
});

describe('qualityLabel', () => {
  it('is the number of lines where there is one codec', () => {
    const offered = [quality(0, 'avc1.640028'), quality(1, 'avc1.64001f', 1280, 720)];
    expect(offered.map((one) => qualityLabel(one, offered))).toEqual(['1080p', '720p']);
  });

  it('names the codec too where two of a size would look alike', () => {
    const offered = ['avc1.640028', 'hvc1.1.6.L120.90', 'vp09.00.40.08', 'av01.0.08M.08'].map((codecs, index) =>
      quality(index, codecs),
    );
    const labels = ['1080p H.264', '1080p HEVC', '1080p VP9', '1080p AV1'];
    expect(offered.map((one) => qualityLabel(one, offered))).toEqual(labels);
  });

  it('goes by the short side of a portrait', () => {
    const portrait = quality(0, 'avc1.640028', 1080, 1920);
    expect(qualityLabel(portrait, [portrait])).toBe('1080p');
  });

  it('shows a codec nobody knows as it is called, and none where it is not said', () => {
    const offered = [quality(0, 'vvc1.1.L51'), { ...quality(1, ''), id: qualityId(1, undefined) }];
    expect(offered.map((one) => qualityLabel(one, offered).trim())).toEqual(['1080p vvc1', '1080p']);
  });
});

describe('compareQualities', () => {
  it('puts large before small, and of one size what compresses better first', () => {
    const offered = [
      quality(0, 'avc1.64001f', 1280, 720),
      quality(1, 'av01.0.05M.08', 1280, 720),
      quality(2, 'avc1.640028'),
      quality(3, 'hvc1.1.6.L120.90'),
    ];
    const sorted = offered.toSorted(compareQualities).map((one) => qualityLabel(one, offered));
    expect(sorted).toEqual(['1080p HEVC', '1080p H.264', '720p AV1', '720p H.264']);
  });
});
