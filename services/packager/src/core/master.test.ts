import fc from 'fast-check';
import hls, { type types } from 'hls-parser';
import { describe, expect, it } from 'vitest';
import { arbitraryPackage } from './arbitrary-facts.ts';
import type { PackageFacts, VideoFacts } from './facts.ts';
import { masterPlaylist } from './master.ts';
import { growing, sampleAudio, samplePackage, sampleVideo } from './sample-facts.ts';

function read(facts: PackageFacts): types.MasterPlaylist {
  hls.setOptions({ strictMode: true });
  const parsed = hls.parse(masterPlaylist(facts));
  if (!parsed.isMasterPlaylist) throw new Error('the master was parsed as a media playlist');
  return parsed;
}

const variants = (facts: PackageFacts) => read(facts).variants.filter(({ isIFrameOnly }) => !isIFrameOnly);

describe('masterPlaylist', () => {
  it('is read back by a strict parser for any facts, with every rendition and its I-frames', () => {
    fc.assert(
      fc.property(arbitraryPackage, (facts) => {
        const { variants: all } = read(facts);
        const uris = all.map(({ uri }) => uri);
        for (const { id } of facts.videos) {
          expect(uris).toContain(`${id}.m3u8`);
          expect(uris).toContain(`${id}-iframes.m3u8`);
        }
      }),
    );
  });

  it('scores the best codec of the largest size highest, which is how players that can choose come to it', () => {
    const codecs = {
      h264: 'avc1.640028',
      hevc: 'hvc1.1.6.L120.90',
      vp9: 'vp09.00.40.08',
      av1: 'av01.0.08M.08',
    } as const;
    const video = (codec: keyof typeof codecs, width: number, height: number) =>
      sampleVideo({ id: `${codec}-${height}`, codec, codecs: codecs[codec], width, height });
    const large = (['av1', 'h264', 'hevc', 'vp9'] as const).map((codec) => video(codec, 1920, 1080));
    const text = masterPlaylist(
      samplePackage({ videos: [...large, video('av1', 1280, 720), video('h264', 1280, 720)] }),
    );
    const found = [...text.matchAll(/^#EXT-X-STREAM-INF:.*SCORE=(\d+)\.0.*\n(.*)\.m3u8$/gm)];
    const best = found.toSorted(([, one], [, other]) => Number(other) - Number(one)).map(([, , id]) => id);
    expect(best).toEqual(['av1-1080', 'hevc-1080', 'vp9-1080', 'h264-1080', 'av1-720', 'h264-720']);
  });

  it('lists the variant nearest 2 Mbit/s first', () => {
    expect(variants(samplePackage())[0]?.uri).toBe('h264-720.m3u8');
  });

  it('begins with H.264 although another codec is nearer 2 Mbit/s', () => {
    const av1 = sampleVideo({ id: 'av1-720', codec: 'av1', codecs: 'av01.0.05M.08', bitrate: 1_900_000 });
    const [first] = variants(samplePackage({ videos: [av1, sampleVideo({ bitrate: 4_000_000 })] }));
    expect(first?.uri).toBe('h264-720.m3u8');
  });

  it('plays the 240 rung with the low-rate sound, within 192 kbit/s', () => {
    const lowest = variants(samplePackage()).find(({ uri }) => uri === 'h264-240.m3u8');
    expect(lowest?.audio.map(({ uri }) => uri)).toEqual(['aac-low-en.m3u8']);
    expect(lowest?.bandwidth).toBeLessThanOrEqual(192_000);
  });

  it('adds the heaviest sound of the group to the peak of the picture', () => {
    const heavy = sampleAudio({ id: 'aac-fr', language: 'fr', label: 'Français', isDefault: false, bitrate: 256_000 });
    const facts = samplePackage({ videos: [sampleVideo()], audios: [sampleAudio(), heavy] });
    expect(variants(facts)[0]?.bandwidth).toBeGreaterThanOrEqual(2_500_000 + 256_000);
  });

  it('has the same members in every group, borrowing what a group lacks', () => {
    const french = sampleAudio({ id: 'aac-fr', language: 'fr', label: 'Français', isDefault: false });
    const surround = sampleAudio({ id: 'aac-surround-en', channels: 6 });
    const audios = [sampleAudio(), french, sampleAudio({ id: 'aac-low-en' }), surround];
    const groups = new Map(variants(samplePackage({ audios })).map(({ audio }) => [audio[0]?.groupId, audio]));
    expect([...groups.keys()].toSorted()).toEqual(['audio', 'audio-low', 'audio-surround']);
    expect(groups.get('audio-surround')?.map(({ uri }) => uri)).toEqual(['aac-surround-en.m3u8', 'aac-fr.m3u8']);
    expect(groups.get('audio-low')?.map(({ uri }) => uri)).toEqual(['aac-low-en.m3u8', 'aac-fr.m3u8']);
    for (const members of groups.values()) {
      expect(members.map(({ name }) => name)).toEqual(['English', 'Français']);
      expect(members.map(({ isDefault }) => isDefault)).toEqual([true, false]);
    }
  });

  it('names the members of a group differently although their labels are the same', () => {
    const audios = [sampleAudio(), sampleAudio({ id: 'aac-en-2', isDefault: false })];
    const [first] = variants(samplePackage({ audios }));
    expect(first?.audio.map(({ name }) => name)).toEqual(['English', 'English 2']);
  });

  it('does not take the surround sound of one choice for another’s of the same language', () => {
    const comment = { language: 'en', label: 'Commentary', isDefault: false };
    const audios = [
      sampleAudio(),
      sampleAudio({ id: 'aac-en-2', ...comment }),
      sampleAudio({ id: 'aac-surround-en-2', channels: 6, ...comment }),
    ];
    const surround = variants(samplePackage({ audios })).find(({ audio }) => audio[0]?.groupId === 'audio-surround');
    expect(surround?.audio.map(({ name, uri }) => [name, uri])).toEqual([
      ['English', 'aac-en.m3u8'],
      ['Commentary', 'aac-surround-en-2.m3u8'],
    ]);
  });

  it('lists variants with surround sound after those with stereo', () => {
    const audios = [sampleAudio(), sampleAudio({ id: 'aac-surround-en', channels: 6 })];
    const channels = variants(samplePackage({ audios })).map(({ audio }) => audio[0]?.channels);
    expect(channels).toEqual(['2', '2', '2', '2', '6', '6', '6']);
  });

  it('announces the limit of a rendition that grows, where it is above what was measured', () => {
    const capped = (video: VideoFacts, peakBitrate: number) => ({
      ...video,
      rendition: { ...video.rendition, peakBitrate },
    });
    const bandwidth = (facts: PackageFacts) => variants(facts)[0]?.bandwidth ?? 0;
    const of = (limit: number) => samplePackage({ videos: [capped(sampleVideo(), limit)], audios: [] });
    expect(bandwidth(growing(of(3_500_000), 2))).toBe(3_500_000);
    expect(bandwidth(growing(of(1_000_000), 2))).toBe(2_500_000);
    expect(bandwidth(of(3_500_000))).toBe(2_500_000);
  });

  it('has no audio group for a video without sound', () => {
    const text = masterPlaylist(samplePackage({ audios: [] }));
    expect(text).not.toContain('AUDIO');
    expect(text).toContain('CODECS="avc1.64001f",');
  });

  it('offers subtitles without showing them unasked', () => {
    const subtitle = {
      id: 'sub-en',
      language: 'en',
      label: 'English',
      key: 'k/segments/sub-en/a1/en.vtt',
      size: 2_400,
    };
    const text = masterPlaylist(samplePackage({ subtitles: [subtitle] }));
    expect(text).toContain(
      'TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="English",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES',
    );
    expect(text).toContain('SUBTITLES="subtitles",CLOSED-CAPTIONS=NONE');
  });

  it('cannot be broken out of by a label', () => {
    const label = 'x"\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://evil/';
    const text = masterPlaylist(samplePackage({ audios: [sampleAudio({ label })] }));
    expect(text).toContain(`NAME="x’ #EXT-X-STREAM-INF:BANDWIDTH=1 http://evil/"`);
  });
});
