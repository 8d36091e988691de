import { beep, clip, plain, two, upright, words, x264, yuv } from './footage.ts';
import type { Row } from './row.ts';

const tagged = (transfer: string) => [
  ...words('-c:v libx265 -preset ultrafast -x265-params'),
  `log-level=error:crf=12:colorprim=bt2020:transfer=${transfer}:colormatrix=bt2020nc`,
];
/** White at 203 cd/m², as ITU-R BT.2408 puts it. */
const hdr = (transfer: string) => [
  '-vf',
  `scale=out_color_matrix=bt709:out_range=tv,format=yuv444p16,setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709,zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=2020:t=${transfer}:m=2020_ncl:r=limited:npl=203,format=yuv420p10le`,
];

export const colour: readonly Row[] = [
  {
    ...plain,
    title: 'HDR10',
    quick: true,
    file: 'hdr10.mp4',
    make: [...clip(), ...two, ...hdr('smpte2084'), ...tagged('smpte2084')],
    channels: [],
    video: { hdr: 'pq', bitDepth: 10 },
    psnr: 22,
  },
  {
    ...plain,
    title: 'HLG',
    file: 'hlg.mp4',
    make: [...clip(), ...two, ...hdr('arib-std-b67'), ...tagged('arib-std-b67')],
    channels: [],
    video: { hdr: 'hlg', bitDepth: 10 },
    psnr: 22,
  },
  {
    ...plain,
    title: '10 bits',
    file: 'ten.mp4',
    make: [...clip(), ...two, ...yuv('yuv420p10le'), ...x264],
    channels: [],
    video: { bitDepth: 10, hdr: null },
  },
  { ...plain, title: '4:2:2', file: '422.mp4', make: [...clip(), ...two, ...yuv('yuv422p'), ...x264], channels: [] },
  {
    ...plain,
    title: '4:2:2 of 10 bits in ProRes',
    file: 'prores.mov',
    make: [...clip(), ...beep, ...two, ...yuv('yuv422p10le'), ...words('-c:v prores_ks -c:a pcm_s16le')],
    video: { codec: 'prores', bitDepth: 10 },
  },
  { ...plain, title: '4:4:4', file: '444.mp4', make: [...clip(), ...two, ...yuv('yuv444p'), ...x264], channels: [] },
  {
    ...plain,
    title: 'full range',
    quick: true,
    file: 'full.mp4',
    make: [...clip(), ...two, ...words('-vf scale=out_color_matrix=bt709:out_range=pc,format=yuv420p'), ...x264],
    channels: [],
  },
  {
    ...plain,
    title: 'full range of BT.601 in motion JPEG',
    file: 'mjpeg.avi',
    make: [
      ...clip(),
      ...two,
      ...words('-vf scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p -c:v mjpeg -q:v 2'),
    ],
    channels: [],
  },
  {
    ...plain,
    title: 'BT.601, not marked',
    file: '601.avi',
    make: [...clip(), ...two, ...yuv('yuv420p', 'bt601'), ...words('-c:v mpeg4 -q:v 2')],
    channels: [],
  },
  {
    ...plain,
    title: 'RGB',
    quick: true,
    file: 'rgb.mkv',
    make: [...clip(), ...two, ...words('-vf format=gbrp -c:v ffv1')],
    channels: [],
    video: { pixelFormat: 'bgr0' },
  },
  {
    ...plain,
    title: 'RGB of H.264',
    file: 'rgb.mp4',
    make: [...clip(), ...two, ...words('-vf format=rgb24 -c:v libx264rgb -preset ultrafast -crf 5')],
    channels: [],
  },
  {
    ...plain,
    title: 'alpha',
    file: 'alpha.mov',
    make: [
      ...clip(),
      ...two,
      '-vf',
      "format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='if(lt(X,160),255,0)'",
      ...words('-c:v qtrle'),
    ],
    channels: [],
    flashes: [],
    reference: `${upright('320x180')},drawbox=x=160:w=160:t=fill:color=black`,
  },
  {
    ...plain,
    title: 'grey',
    file: 'grey.mkv',
    make: [...clip(), ...two, ...words('-vf format=gray -c:v ffv1')],
    channels: [],
    reference: `${upright('320x180')},scale=out_color_matrix=bt601:out_range=pc,format=gray`,
  },
];
