import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryPackage } from './arbitrary-facts.ts';
import { trackTicks } from './facts.ts';
import { manifest } from './mpd.ts';
import { sampleAudio, samplePackage, sampleVideo } from './sample-facts.ts';
import { descendants, parseXml } from './xml.ts';

describe('manifest', () => {
  it('addresses segments by number and their times in exact ticks', () => {
    const root = parseXml(manifest(samplePackage({ videos: [sampleVideo()], audios: [] })));
    expect(root.attributes).toMatchObject({
      type: 'static',
      mediaPresentationDuration: 'PT14.014S',
      profiles: 'urn:mpeg:dash:profile:isoff-live:2011',
    });
    expect(descendants(root, 'SegmentTemplate')[0]?.attributes).toEqual({
      timescale: '30000',
      initialization: '../segments/h264-720/a1/init.mp4',
      media: '../segments/h264-720/a1/$Number%05d$.m4s',
      startNumber: '1',
    });
    expect(descendants(root, 'S').map(({ attributes }) => attributes)).toEqual([
      { t: '0', d: '180180', r: '1' },
      { d: '60060' },
    ]);
  });

  it('adds up to each track in exact ticks and has one Representation a track, for any facts', () => {
    fc.assert(
      fc.property(arbitraryPackage, (facts) => {
        const found = descendants(parseXml(manifest(facts)), 'Representation');
        expect(found).toHaveLength(facts.videos.length + facts.audios.length);
        for (const track of [...facts.videos, ...facts.audios]) {
          const own = found.find(({ attributes }) => attributes.id === track.id);
          const ticks =
            own === undefined
              ? []
              : descendants(own, 'S').map(({ attributes: { d, r = '0' } }) => Number(d) * (Number(r) + 1));
          expect(ticks.reduce((sum, one) => sum + one, 0)).toBe(trackTicks(track));
        }
      }),
    );
  });

  it('lists segments one by one where an attempt went on in a folder of its own', () => {
    const video = sampleVideo();
    const segments = video.segments.map((segment, index) =>
      index < 2 ? segment : { ...segment, key: segment.key.replace('/a1/', '/a2/') },
    );
    const root = parseXml(manifest(samplePackage({ videos: [{ ...video, segments }], audios: [] })));
    expect(descendants(root, 'SegmentTemplate')).toHaveLength(0);
    expect(descendants(root, 'SegmentURL').map(({ attributes }) => attributes.media)).toEqual([
      '../segments/h264-720/a1/00001.m4s',
      '../segments/h264-720/a1/00002.m4s',
      '../segments/h264-720/a2/00003.m4s',
    ]);
    expect(root.attributes.profiles).toBe('urn:mpeg:dash:profile:isoff-main:2011');
  });

  it('starts numbering where the folder does', () => {
    const video = sampleVideo();
    const root = parseXml(
      manifest(samplePackage({ videos: [{ ...video, segments: video.segments.slice(1) }], audios: [] })),
    );
    expect(descendants(root, 'SegmentTemplate')[0]?.attributes.startNumber).toBe('2');
    expect(descendants(root, 'S')[0]?.attributes.t).toBe('180180');
  });

  it('has one AdaptationSet a codec, a language and a number of channels', () => {
    const av1 = sampleVideo({ id: 'av1-720', codec: 'av1', codecs: 'av01.0.05M.08' });
    const audios = [
      sampleAudio(),
      sampleAudio({ id: 'aac-low-en', bitrate: 48_000 }),
      sampleAudio({ id: 'aac-surround-en', channels: 6 }),
      sampleAudio({ id: 'aac-fr', language: 'fr', label: 'Français', isDefault: false }),
    ];
    const root = parseXml(manifest(samplePackage({ videos: [sampleVideo(), av1], audios })));
    const sets = descendants(root, 'AdaptationSet').map((set) =>
      descendants(set, 'Representation').map(({ attributes }) => attributes.id),
    );
    expect(sets).toEqual([['h264-720'], ['av1-720'], ['aac-en', 'aac-low-en'], ['aac-surround-en'], ['aac-fr']]);
    const configurations = descendants(root, 'AudioChannelConfiguration').map(({ attributes }) => attributes.value);
    expect(configurations).toEqual(['2', '2', '6', '2']);
  });

  it('escapes what a label from a file may hold', () => {
    const root = parseXml(manifest(samplePackage({ audios: [sampleAudio({ label: '<b>&"' })] })));
    expect(descendants(root, 'Label')[0]?.text).toBe('<b>&"');
  });
});
