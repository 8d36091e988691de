import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryPackage } from './arbitrary-facts.ts';
import { checkPackage } from './check.ts';
import { composePackage, type PackageDocument } from './compose.ts';
import type { PackageFacts, VideoFacts } from './facts.ts';
import { FOLDER, growing, sampleAudio, samplePackage, sampleSizes, sampleVideo } from './sample-facts.ts';

/** The id of the rule that a package breaks; null for a valid one. */
function broken(facts: PackageFacts, edit: (text: string, key: string) => string = (text) => text): string | null {
  const documents = composePackage(facts).map((one) => ({ ...one, text: edit(one.text, one.key) }));
  return ruleOf(facts, documents);
}

function ruleOf(facts: PackageFacts, documents: readonly PackageDocument[], sizes = sampleSizes(facts)): string | null {
  const result = checkPackage(facts, documents, sizes);
  return result.kind === 'valid' ? null : result.rule;
}

/** Edits one document and leaves the others. */
const inDocument = (name: string, from: string | RegExp, to: string) => (text: string, key: string) =>
  key.endsWith(name) ? text.replace(from, to) : text;

const withVideo = (change: (video: VideoFacts) => VideoFacts): PackageFacts => {
  const [first, ...rest] = samplePackage().videos;
  return samplePackage({ videos: [...(first === undefined ? [] : [change(first)]), ...rest] });
};

describe('checkPackage', () => {
  it('passes what was composed from good facts, and warns only of the I-frame rate', () => {
    const facts = samplePackage();
    const result = checkPackage(facts, composePackage(facts), sampleSizes(facts));
    expect(result).toMatchObject({ kind: 'valid' });
    if (result.kind !== 'valid') return;
    expect(result.passed).toBeGreaterThan(40);
    expect(result.warnings.map(({ code }) => code)).toEqual(['rule_6.2']);
  });

  it('breaks no rule for any facts that keep the rules of facts', () => {
    fc.assert(
      fc.property(arbitraryPackage, (facts) => {
        const result = checkPackage(facts, composePackage(facts), sampleSizes(facts));
        expect(result).toMatchObject({ kind: 'valid' });
      }),
      { numRuns: 60 },
    );
  });

  it('passes one frame, and a video without sound', () => {
    expect(broken(samplePackage({ videos: [sampleVideo({ frames: [1] })], audios: [] }))).toBeNull();
  });

  it('passes subtitles that are there', () => {
    const subtitle = {
      id: 'sub-en',
      language: 'en',
      label: 'English',
      key: `${FOLDER}/segments/sub-en/a1/en.vtt`,
      size: 9,
    };
    expect(broken(samplePackage({ subtitles: [subtitle] }))).toBeNull();
  });

  it.each(['segments/h264-720/a1/00002.m4s', 'segments/aac-en/a1/init.mp4'])('finds that %s is missing', (name) => {
    const facts = samplePackage();
    const sizes = sampleSizes(facts);
    sizes.delete(`${FOLDER}/${name}`);
    expect(ruleOf(facts, composePackage(facts), sizes)).toBe('storage.playlists');
  });

  it('finds an object of another size than the facts say', () => {
    const facts = samplePackage();
    const sizes = sampleSizes(facts).set(`${FOLDER}/segments/h264-480/a1/00003.m4s`, 7);
    expect(ruleOf(facts, composePackage(facts), sizes)).toBe('storage.playlists');
  });

  it.each<[string, string, (text: string, key: string) => string]>([
    ['syntax', 'a segment far over the target', inDocument('h264-720.m3u8', 'EXTINF:6.006000', 'EXTINF:9.006000')],
    ['8.1', 'durations that do not add up', inDocument('h264-720.m3u8', 'EXTINF:6.006000', 'EXTINF:5.006000')],
    ['8.2', 'another target duration', inDocument('aac-en.m3u8', 'TARGETDURATION:6', 'TARGETDURATION:7')],
    ['8.6', 'a playlist without end', inDocument('h264-480.m3u8', '#EXT-X-ENDLIST\n', '')],
    ['8.20', 'a wrong init segment', inDocument('h264-480.m3u8', 'h264-480/a1/init', 'h264-240/a1/init')],
    ['hls.playlists', 'segments in another order', inDocument('h264-480.m3u8', /0000[12]/g, '00001')],
    ['6.8', 'I-frames without their tag', inDocument('-480-iframes.m3u8', '#EXT-X-I-FRAMES-ONLY\n', '')],
    ['6.10', 'a range behind the end', inDocument('-480-iframes.m3u8', /BYTERANGE:\d+@/, 'BYTERANGE:99999999@')],
    ['9.1', 'a wrong codec', inDocument('master.m3u8', 'CODECS="avc1.64001f,', 'CODECS="avc1.640028,')],
    ['9.2', 'a wrong size', inDocument('master.m3u8', 'RESOLUTION=1280x720', 'RESOLUTION=1280x721')],
    ['9.3', 'a rendition without I-frames', inDocument('master.m3u8', /#EXT-X-I-FRAME-STREAM-INF.*480.*\n/, '')],
    ['9.9', 'a rendition that is not listed', inDocument('master.m3u8', /#EXT-X-STREAM-INF.*854x480.*\n.*\n/, '')],
    ['9.12', 'segments not declared independent', inDocument('master.m3u8', '#EXT-X-INDEPENDENT-SEGMENTS\n', '')],
    ['9.13', 'too low a peak', inDocument('master.m3u8', /INF:BANDWIDTH=2\d+/, 'INF:BANDWIDTH=1000000')],
    ['9.14', 'too low an average', inDocument('master.m3u8', /AVERAGE-BANDWIDTH=2\d+/, 'AVERAGE-BANDWIDTH=1000000')],
    ['9.15', 'a wrong frame rate', inDocument('master.m3u8', 'FRAME-RATE=29.970', 'FRAME-RATE=30.000')],
    ['8.10', 'sound without a language', inDocument('master.m3u8', /,LANGUAGE="en"/g, '')],
    [
      'hls.references',
      'a playlist that nobody wrote',
      inDocument('master.m3u8', 'URI="aac-en.m3u8"', 'URI="aac.m3u8"'),
    ],
    ['storage.playlists', 'a segment elsewhere', inDocument('h264-480.m3u8', '../segments', '/segments')],
    ['syntax', 'a playlist that is none', inDocument('h264-480.m3u8', '#EXTM3U\n', '')],
    ['syntax', 'a manifest that is not well-formed', inDocument('manifest.mpd', '</Period>', '')],
    ['dash.static', 'a live manifest', inDocument('manifest.mpd', 'type="static"', 'type="dynamic"')],
    ['dash.static', 'another length', inDocument('manifest.mpd', 'PT14.014S', 'PT14S')],
    ['dash.representations', 'an unknown Representation', inDocument('manifest.mpd', 'id="h264-480"', 'id="h264-481"')],
    ['dash.facts', 'a wrong size in the manifest', inDocument('manifest.mpd', 'width="854"', 'width="852"')],
    ['dash.timeline', 'a timeline that is short', inDocument('manifest.mpd', 'd="60060"', 'd="60059"')],
    ['dash.bandwidth', 'too low a bandwidth', inDocument('manifest.mpd', 'bandwidth="2500000"', 'bandwidth="25000"')],
    ['storage.manifest', 'a folder that is not there', inDocument('manifest.mpd', '480/a1/$', '480/a9/$')],
  ])('breaks rule %s for %s', (rule, _, edit) => {
    expect(broken(samplePackage(), edit)).toBe(rule);
  });

  it.each<[string, string, PackageFacts]>([
    ['facts', 'no picture', samplePackage({ videos: [] })],
    ['facts', 'a name that leaves its folder', samplePackage({ audios: [sampleAudio({ id: '../x' })] })],
    [
      'facts',
      'a track that is not complete',
      withVideo((video) => ({ ...video, track: { ...video.track, complete: false } })),
    ],
    ['facts', 'a track without segments', withVideo((video) => ({ ...video, segments: [] }))],
    [
      'facts.folder',
      'segments of another video',
      withVideo((video) => ({
        ...video,
        track: { ...video.track, init: { key: 'videos/other/g1/segments/i.mp4', bytes: 1 } },
      })),
    ],
    [
      'facts.rendition',
      'facts of another codec',
      withVideo((video) => ({ ...video, track: { ...video.track, codecs: 'avc1.42001e' } })),
    ],
    ['7.3', 'a gap', withVideo((video) => ({ ...video, segments: video.segments.toSpliced(1, 1) }))],
    [
      '7.4',
      'a segment without keyframe',
      withVideo((video) => ({ ...video, segments: video.segments.map((one) => ({ ...one, keyframes: [] })) })),
    ],
    ['1.3', 'too high a level', samplePackage({ videos: [sampleVideo({ codecs: 'avc1.640035' })] })],
    [
      '1.10',
      'parameter sets in the samples',
      samplePackage({ videos: [sampleVideo({ codec: 'hevc', codecs: 'hev1.1.6.L93.B0' })] }),
    ],
    ['8.3', 'sound that ends early', samplePackage({ audios: [sampleAudio({ durations: [288_768] })] })],
    [
      '8.22',
      'renditions cut differently',
      samplePackage({
        videos: [sampleVideo(), sampleVideo({ id: 'h264-480', width: 854, height: 480, frames: [120, 180, 120] })],
      }),
    ],
  ])('breaks rule %s for %s', (rule, _, facts) => {
    expect(facts.videos.length === 0 ? ruleOf(facts, []) : ruleOf(facts, composeOrNothing(facts))).toBe(rule);
  });
});

describe('checkPackage of a package that grows', () => {
  /** The picture is three, three, two and two segments long, and the sound two. */
  const facts = growing(samplePackage(), 3, 3, 2);

  it('passes tracks of different lengths that are not complete, without a manifest', () => {
    const result = checkPackage(facts, composePackage(facts), sampleSizes(facts));
    expect(result).toMatchObject({ kind: 'valid' });
    if (result.kind === 'valid') expect(result.warnings.map(({ code }) => code)).toEqual(['rule_6.2']);
  });

  it('breaks no rule for the beginning of any facts', () => {
    const lengths = fc.array(fc.integer({ min: 2, max: 30 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(arbitraryPackage, lengths, (whole, segments) => {
        fc.pre(whole.videos.every((video) => video.segments.length >= 2));
        const begun = growing({ ...whole, audios: [] }, ...segments);
        expect(checkPackage(begun, composePackage(begun), sampleSizes(begun))).toMatchObject({ kind: 'valid' });
      }),
      { numRuns: 60 },
    );
  });

  it.each<[string, string, (text: string, key: string) => string]>([
    ['8.6', 'a playlist with an end', inDocument('h264-480.m3u8', /$/, '#EXT-X-ENDLIST\n')],
    ['8.6', 'a playlist that says it is whole', inDocument('h264-480.m3u8', 'TYPE:EVENT', 'TYPE:VOD')],
    ['8.6', 'a playlist that players begin at its end', inDocument('aac-en.m3u8', '#EXT-X-START:TIME-OFFSET=0\n', '')],
    [
      '9.13',
      'a peak below what was measured',
      inDocument('master.m3u8', /INF:BANDWIDTH=2\d+/, 'INF:BANDWIDTH=1000000'),
    ],
  ])('breaks rule %s for %s', (rule, _, edit) => {
    expect(broken(facts, edit)).toBe(rule);
  });

  it('has at least two segments of each track', () => {
    expect(ruleOf(growing(samplePackage(), 2, 1, 2), [])).toBe('facts');
  });

  it('breaks rule 8.22 where renditions are cut differently in what both have', () => {
    const other = sampleVideo({ id: 'h264-480', width: 854, height: 480, frames: [120, 180, 120] });
    const both = growing(samplePackage({ videos: [sampleVideo(), other] }), 3, 2);
    expect(broken(both)).toBe('8.22');
  });

  it('has no manifest, which would be played as live', () => {
    const manifest = composePackage(samplePackage()).filter(({ key }) => key.endsWith('.mpd'));
    expect(ruleOf(facts, [...composePackage(facts), ...manifest])).toBe('syntax');
  });

  it('lists subtitles for as long as the whole will be', () => {
    const subtitle = {
      id: 'sub-en',
      language: 'en',
      label: 'English',
      key: `${FOLDER}/segments/sub-en/a1/en.vtt`,
      size: 9,
    };
    const withText = { ...facts, durationSeconds: 61.4, subtitles: [subtitle] };
    expect(broken(withText)).toBeNull();
    expect(broken(withText, inDocument('sub-en.m3u8', 'EXTINF:61.4', 'EXTINF:12.0'))).toBe('5.5');
  });
});

/** Facts without segments cannot be composed; their own rules are checked first. */
function composeOrNothing(facts: PackageFacts): PackageDocument[] {
  return facts.videos.some(({ segments }) => segments.length === 0) ? [] : composePackage(facts);
}
