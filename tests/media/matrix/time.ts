import { aac, beep, clip, lavfi, plain, two, upright, usual, words, x264, yuv } from './footage.ts';
import type { Row } from './row.ts';

/** Fields of a picture that moves: 50 pictures a second woven into 25. */
const woven = (order: 'tff' | 'bff') => ({
  ...plain,
  size: '320x180',
  frames: 50,
  rate: '25/1',
  channels: [],
  psnr: 20,
  video: { interlaced: true, frameRate: '25/1' },
  weave: [...clip('320x180', '50'), ...two, ...yuv('yuv420p', 'bt709', `interlace=scan=${order},`)],
});

function interlaced(title: string, file: string, order: 'tff' | 'bff', codec: readonly string[]): Row {
  const { weave, ...row } = woven(order);
  return { ...row, title, file, make: [...weave, ...codec] };
}

export const time: readonly Row[] = [
  {
    ...interlaced('interlaced, said so by the file', 'fields.mpg', 'tff', [
      ...words('-c:v mpeg2video -q:v 2 -flags +ilme+ildct'),
    ]),
    quick: true,
  },
  interlaced('interlaced, said so by H.264', 'fields.ts', 'tff', [
    ...words('-c:v libx264 -preset ultrafast -crf 12 -x264-params tff=1'),
  ]),
  {
    ...interlaced('interlaced, not said, upper field first', 'woven.avi', 'tff', [
      ...words('-field_order progressive -c:v mjpeg -q:v 2 -strict -1'),
    ]),
    quick: true,
  },
  interlaced('interlaced, not said, lower field first', 'woven-bff.avi', 'bff', [
    ...words('-field_order progressive -c:v mjpeg -q:v 2 -strict -1'),
  ]),
  {
    ...plain,
    title: 'variable frame rate',
    quick: true,
    file: 'variable.mp4',
    make: [
      ...clip(),
      ...beep,
      ...two,
      ...yuv('yuv420p', 'bt709', "select='not(eq(mod(n,7),2))+lt(n,15)',"),
      ...x264,
      ...words('-fps_mode vfr'),
      ...aac,
    ],
    video: { variableFrameRate: true, frameRate: '30/1' },
    warnings: ['variable_frame_rate'],
  },
  {
    ...plain,
    title: '23.976 a second',
    file: 'film.mp4',
    make: [...clip('320x180', '24000/1001'), ...beep, ...two, ...yuv(), ...x264],
    frames: 48,
    rate: '24000/1001',
  },
  {
    ...plain,
    title: '29.97 a second',
    quick: true,
    file: 'ntsc.mp4',
    make: [...clip('320x180', '30000/1001'), ...beep, ...two, ...yuv(), ...x264],
    frames: 60,
    rate: '30000/1001',
  },
  {
    ...plain,
    title: '59.94 a second',
    file: 'ntsc60.mp4',
    make: [...clip('320x180', '60000/1001'), ...beep, ...two, ...yuv(), ...x264],
    frames: 120,
    rate: '60000/1001',
  },
  {
    ...plain,
    title: '120 a second',
    file: 'fast.mp4',
    make: [...clip('320x180', '120'), ...beep, ...two, ...yuv(), ...x264],
    frames: 120,
    rate: '60/1',
    video: { fps: 120 },
  },
  {
    ...plain,
    title: '240 a second',
    file: 'faster.mp4',
    make: [...clip('320x180', '240'), ...beep, ...two, ...yuv(), ...x264],
    frames: 120,
    rate: '60/1',
    video: { fps: 240 },
  },
  {
    ...plain,
    title: '10 a second',
    file: 'slow.mp4',
    make: [...clip('320x180', '10'), ...beep, ...two, ...yuv(), ...x264],
    frames: 20,
    rate: '10/1',
  },
  {
    ...plain,
    title: 'one picture',
    quick: true,
    file: 'one.mp4',
    make: [...clip(), ...words('-frames:v 1'), ...yuv(), ...x264],
    frames: 1,
    rate: '30/1',
    channels: [],
    flashes: [],
  },
  {
    ...plain,
    title: 'a fifth of a second',
    quick: true,
    file: 'short.mp4',
    make: [...clip(), ...words('-t 0.2'), ...yuv(), ...x264],
    frames: 6,
    channels: [],
    flashes: [],
  },
  {
    ...plain,
    title: 'one keyframe in eight seconds',
    file: 'gop.mp4',
    make: [
      ...clip(),
      ...beep,
      ...words('-t 8'),
      ...yuv(),
      ...words('-c:v libx264 -preset veryfast -crf 14 -g 9999 -sc_threshold 0'),
    ],
    frames: 240,
    flashes: [0, 1, 2, 3, 4, 5, 6, 7].map((second) => second + 0.6),
  },
  {
    ...plain,
    title: 'an edit list that cuts the first half second',
    file: 'edited.mp4',
    before: [{ file: 'unedited.mp4', make: [...usual, ...words('-t 2.5 -g 30'), ...aac] }],
    make: [...words('-ss 0.5 -i'), '{unedited.mp4}', ...words('-c copy')],
    flashes: [0.1, 1.1],
    psnr: null,
  },
  {
    ...plain,
    title: 'a still picture with sound',
    file: 'still.mp4',
    make: [...lavfi(`${upright('320x180', '1')}`), ...beep, ...two, ...yuv(), ...x264, ...aac],
    frames: 10,
    rate: '5/1',
    flashes: [],
    beeps: [0.6, 1.6],
  },
];
