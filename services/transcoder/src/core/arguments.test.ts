import { describe, expect, it } from 'vitest';
import { encodeArguments } from './arguments.ts';
import { plan } from './plan.ts';
import { profile, source } from './source-fixture.ts';

type Clip = Parameters<typeof source>;

function argumentsOf(...clip: Clip) {
  const made = source(...clip);
  return encodeArguments(made, plan(made, profile('fast')));
}
const chains = (...clip: Clip) => argumentsOf(...clip).filter.split(';');

describe('encodeArguments', () => {
  it('decodes once and scales each rendition from the next larger one, with square pixels', () => {
    const [first, second, ...rest] = chains({}, []);
    expect(first).toMatch(
      /^\[0:V:0\]fps=fps=30\/1:start_time=0,scale=1920:1080:.*,setsar=1,split=2\[h264-1080\]\[next1\]$/,
    );
    expect(second).toBe('[next1]scale=1280:720,setsar=1,split=2[h264-720][next2]');
    expect(rest.at(-1)).toBe('[next4]scale=426:240,setsar=1[h264-240]');
  });

  it('leaves out pictures of the grid before it scales any, and lets their decoding be seen', () => {
    const made = source({}, []);
    const { filter, outputs } = encodeArguments(made, plan(made, profile('fast')), { start: 360 });
    expect(filter.split(';').slice(0, 3)).toEqual([
      '[0:V:0]fps=fps=30/1:start_time=0,split=2[begin][rest]',
      '[begin]trim=end_frame=360,framestep=30,scale=2:2,format=gray[skipped]',
      expect.stringMatching(/^\[rest\]trim=start_frame=360,setpts=PTS-STARTPTS,scale=1920:1080:/),
    ]);
    expect(outputs.at(-1)).toMatchObject({ track: null, options: expect.arrayContaining(['[skipped]', 'rawvideo']) });
    expect(outputs[0]?.options.join(' ')).toContain('-x264-params vbv-init=0.45');
    expect(argumentsOf({}, []).outputs[0]?.options).not.toContain('-x264-params');
  });

  it('needs no split for a single rendition', () => {
    expect(chains({ width: 64, height: 36 }, [])).toEqual([expect.stringMatching(/setsar=1\[h264-36\]$/)]);
  });

  it('encodes on the grid: closed GOPs of the plan, no scene cuts, capped', () => {
    const { outputs } = argumentsOf({ frameRate: '30000/1001', fps: 29.97 }, []);
    const options = outputs[0]?.options.join(' ') ?? '';
    expect(outputs.map(({ track }) => track)).toEqual(['h264-1080', 'h264-720', 'h264-480', 'h264-360', 'h264-240']);
    expect(options).toContain(
      '-pix_fmt yuv420p -g 60 -c:v libx264 -preset veryfast -crf 23 -maxrate 6000000 -bufsize 9000000 -level:v 4.0',
    );
    expect(options).toContain('-keyint_min 60 -sc_threshold 0 -flags +cgop+bitexact -video_track_timescale 30000');
    expect(options).toMatch(/-f mp4 -movflags \+frag_keyframe\+delay_moov\+default_base_moof\+skip_trailer$/);
  });

  it('carries nothing of the file’s metadata over', () => {
    for (const { options } of argumentsOf().outputs)
      expect(options.join(' ')).toContain('-map_metadata -1 -map_chapters -1');
  });

  it('tells the filter the order of fields that was measured', () => {
    expect(chains({ interlaced: true, fieldOrder: 'bff' }, [])[0]).toMatch(
      /^\[0:V:0\]bwdif=mode=send_frame:parity=bff,fps=/,
    );
  });

  it('moves picture and sound to the front where only an encoder’s delay lies before the picture', () => {
    const [first, sound] = [0, -1].map((at) => chains({ width: 64, height: 36, startSeconds: 0.021 }).at(at));
    expect(first).toMatch(/^\[0:V:0\]setpts=PTS-0.021\/TB,fps=/);
    expect(sound).toMatch(/^\[0:1\]asetpts=PTS-0.021\/TB,aresample=/);
    for (const startSeconds of [-0.02, 0, 0.06, 1.5]) expect(chains({ startSeconds }).join()).not.toContain('PTS-0.');
    expect(chains({ startSeconds: 0.021 }, [{}], 'ogg').join()).not.toContain('PTS-0.');
  });

  it('puts transparent pictures on black, but takes a GIF as it is decoded', () => {
    expect(chains({ pixelFormat: 'yuva444p12le' }, [])[0]).toContain(',format=gbrap,premultiply=inplace=1,scale=');
    expect(chains({ pixelFormat: 'bgra', codec: 'gif' }, []).join()).not.toContain('premultiply');
    expect(chains({ pixelFormat: 'gbrp' }, []).join()).not.toContain('premultiply');
  });

  it('deinterlaces before it does anything else', () => {
    expect(chains({ interlaced: true }, [])[0]).toMatch(/^\[0:V:0\]bwdif=mode=send_frame,fps=/);
  });

  it.each([
    [{ colorSpace: 'smpte170m', width: 720, height: 480 }, 'bt601'],
    [{ colorSpace: 'bt709', width: 720, height: 480 }, 'bt709'],
    [{ colorSpace: null, width: 720, height: 480 }, 'bt601'],
    [{ colorSpace: null, width: 1280, height: 720 }, 'bt709'],
    [{ colorSpace: 'bt2020nc', width: 1280, height: 720 }, 'bt2020'],
  ])('converts the colours of %o from %s to BT.709 and marks them so', (video, matrix) => {
    const filter = chains(video, [])[0];
    expect(filter).toContain(`in_color_matrix=${matrix}:out_color_matrix=bt709:out_range=limited`);
    expect(filter).toContain(
      'format=yuv420p,setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv',
    );
  });

  it('tone-maps HDR once, after scaling down to the largest rendition', () => {
    const hdr = chains({ hdr: 'pq', colorTransfer: 'smpte2084', bitDepth: 10 }, []);
    expect(hdr[0]).toContain('zscale=w=1920:h=1080:t=linear:npl=203:tin=smpte2084');
    expect(hdr[0]).toContain('tonemap=tonemap=mobius:param=0.75:peak=10:desat=0');
    expect(hdr.slice(1).join()).not.toContain('tonemap');
    expect(chains({ hdr: 'hlg', colorTransfer: 'arib-std-b67' }, [])[0]).toMatch(/tin=arib-std-b67.*peak=4\.93/);
  });

  it('does not tone-map Dolby Vision that has no base layer to map', () => {
    expect(chains({ hdr: 'dolby-vision', colorTransfer: null }, [])[0]).not.toContain('tonemap');
  });

  it('decodes each sound once for its two bit rates, from zero, ending in silence', () => {
    const sound = chains({}, [{ language: 'en' }, { language: 'de' }]).slice(5);
    expect(sound).toEqual([
      '[0:1]aresample=48000:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo,apad=pad_dur=1,asplit=2[aac-en][aac-low-en]',
      '[0:2]aresample=48000:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo,apad=pad_dur=1,asplit=2[aac-de][aac-low-de]',
    ]);
  });

  it('decodes surround sound once, and mixes it by explicit weights to stereo and to the 5.1 of AAC', () => {
    expect(chains({}, [{ channels: 6, layout: '5.1(side)', language: 'en' }]).slice(5)).toEqual([
      '[0:1]aresample=48000:async=1:first_pts=0,asplit=2[sound1x2][sound1x6]',
      '[sound1x2]pan=stereo|FL=0.707*FL+0.5*FC+0.5*SL|FR=0.707*FR+0.5*FC+0.5*SR,aformat=sample_fmts=fltp:channel_layouts=stereo,apad=pad_dur=1,asplit=2[aac-en][aac-low-en]',
      '[sound1x6]pan=5.1|FL=FL|FR=FR|FC=FC|LFE=LFE|BL=SL|BR=SR,aformat=sample_fmts=fltp:channel_layouts=5.1,apad=pad_dur=1,asplit=1[aac-surround-en]',
    ]);
    expect(chains({}, [{ channels: 8, layout: '7.1' }]).at(-1)).toContain('BL=0.707*SL+0.707*BL');
  });

  it('leaves mono alone, and mixes no surround sound of channels that nobody names', () => {
    const mono = chains({}, [{ channels: 1, layout: 'mono' }])[5];
    expect(mono).toContain('channel_layouts=mono');
    expect(mono).not.toContain('pan=');
    expect(chains({}, [{ channels: 6, layout: null }]).join()).not.toMatch(/pan=|5\.1/);
  });

  it('counts sound by samples in Ogg, whose time stamps cannot be trusted', () => {
    const ogg = argumentsOf({}, [{}], 'ogg');
    expect(ogg.input).toEqual(['-dts_error_threshold', '3600', '-copyts', '-start_at_zero']);
    expect(ogg.filter).toContain('[0:1]asetpts=N/SR/TB,aresample');
    expect(argumentsOf().input).toEqual(['-dts_error_threshold', '3600']);
  });

  it('passes on what is copied, strictly and behind the others, and forces its keyframes in all of them', () => {
    const made = source({}, [{}]);
    const planned = plan(made, profile('fast'));
    const [top, ...others] = planned.renditions;
    if (top === undefined) throw new Error('no rendition');
    const copying = { ...planned, renditions: [{ ...top, mode: 'copy' as const }, ...others] };
    const { input, filter, outputs } = encodeArguments(
      made,
      copying,
      { start: 0, end: 300 },
      { file: '/scratch/keyframes', delay: 2 },
    );
    expect(input).toContain('-xerror');
    expect(filter).toMatch(/^\[0:V:0\]fps=fps=30\/1:start_time=0,trim=end_frame=300,scale=1280:720:/);
    expect(filter).not.toContain('h264-1080');
    expect(outputs.at(-1)?.track).toBe('h264-1080');
    expect(outputs.at(-1)?.options.join(' ')).toMatch(
      /^-map 0:V:0 -c:v copy -bsf:v filter_units=pass_types=1\|5,setts=time_base=1\/10020:prescale=1:dts=\(N-2\)\*334:pts=round\(PTS\/334\)\*334:duration=334 -video_track_timescale 10020 -map_metadata -1 /,
    );
    expect(outputs[0]?.options.join(' ')).toContain(
      '-g 9999 -/force_key_frames /scratch/keyframes -c:v libx264 -preset veryfast',
    );
    expect(outputs[0]?.options.join(' ')).toContain('-keyint_min 1 -forced-idr 1 -sc_threshold 0 -flags +cgop');
  });
});
