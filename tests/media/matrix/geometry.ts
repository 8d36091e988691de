import { clip, plain, two, words, x264, yuv } from './footage.ts';
import type { Row } from './row.ts';

/** A picture lying on its side, and the matrix that sets it up again. */
function rotated(degrees: 90 | 180 | 270): Row {
  const lying = { 90: 'transpose=cclock,', 180: 'hflip,vflip,', 270: 'transpose=clock,' }[degrees];
  return {
    ...plain,
    title: `rotated by ${degrees} degrees`,
    file: `turned-${degrees}.mp4`,
    before: [
      { file: `lying-${degrees}.mp4`, make: [...clip('180x320'), ...two, ...yuv('yuv420p', 'bt709', lying), ...x264] },
    ],
    make: ['-display_rotation', `${-degrees}`, '-i', `{lying-${degrees}.mp4}`, ...words('-c copy')],
    size: '180x320',
    channels: [],
    video: { rotation: degrees, displayWidth: 180, displayHeight: 320 },
  };
}

export const geometry: readonly Row[] = [
  { ...rotated(90), quick: true },
  rotated(180),
  rotated(270),
  {
    ...plain,
    title: 'pixels wider than high',
    quick: true,
    file: 'anamorphic.mp4',
    make: [...clip('320x180'), ...two, ...yuv('yuv420p', 'bt709', 'scale=240:180,setsar=4/3,'), ...x264],
    channels: [],
    video: { width: 240, displayWidth: 320, displayHeight: 180, sampleAspectRatio: '4:3' },
  },
  {
    ...plain,
    title: 'odd size',
    file: 'odd.mkv',
    make: [...clip('321x181'), ...two, ...words('-vf format=yuv444p -c:v ffv1')],
    size: '321x181',
    output: '320x180',
    channels: [],
    psnr: 25,
  },
  {
    ...plain,
    title: 'portrait',
    file: 'portrait.mp4',
    make: [...clip('180x320'), ...two, ...yuv(), ...x264],
    size: '180x320',
    channels: [],
  },
  {
    ...plain,
    title: 'square',
    file: 'square.mp4',
    make: [...clip('240x240'), ...two, ...yuv(), ...x264],
    size: '240x240',
    channels: [],
  },
  {
    ...plain,
    title: 'ultra-wide',
    file: 'wide.mp4',
    make: [...clip('640x128'), ...two, ...yuv(), ...x264],
    size: '640x128',
    channels: [],
  },
  {
    ...plain,
    title: '64 by 36',
    quick: true,
    file: 'tiny.mp4',
    make: [...clip('64x36'), ...two, ...yuv(), ...x264],
    size: '64x36',
    channels: [],
    psnr: 25,
  },
  {
    ...plain,
    title: '4K',
    profile: 'web',
    file: '4k.mp4',
    make: [...clip('3840x2160'), ...words('-t 0.2'), ...yuv(), ...x264],
    size: '3840x2160',
    frames: 6,
    channels: [],
    flashes: [],
  },
];
