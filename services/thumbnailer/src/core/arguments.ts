import type { Decoding } from './frames.ts';
import { even, type StoryboardPlan } from './plan.ts';

/** One run of ffmpeg as data: input options, a filter graph, outputs. Paths are absolute. */
export interface Render {
  inputOptions: string[];
  filter: string;
  outputs: { url: string; options: string[] }[];
}

/** JPEG quality by ffmpeg's scale of 2 (best) to 31. */
const POSTER_QUALITY = '2';
const IMAGE_QUALITY = '4';
const TILE_QUALITY = '5';
/** libwebp's scale of 0 to 100. */
const POSTER_WEBP_QUALITY = '82';

const JPEG = ['-c:v', 'mjpeg', '-fps_mode', 'passthrough', '-f', 'image2'];

/** Takes the pictures of the given numbers, counted as the decoder gives them out. */
function selectFrames(numbers: readonly number[]): string {
  return `select='${numbers.map((number) => `eq(n,${number})`).join('+')}'`;
}

function decodingOptions(decoding: Decoding): string[] {
  return decoding === 'keyframes' ? ['-skip_frame', 'nokey'] : [];
}

/** Images one by one and the sprite, from one decode. `imagePattern` holds `%03d`, counted from 1. */
export function renderPictures(
  decoding: Decoding,
  images: readonly number[],
  tiles: readonly number[],
  plan: StoryboardPlan,
  paths: { imagePattern: string; sprite: string },
): Render {
  const { tileWidth, tileHeight, columns, rows } = plan;
  return {
    inputOptions: decodingOptions(decoding),
    filter: [
      '[0:v:0]split=2[a][b]',
      `[a]${selectFrames(images)}[images]`,
      `[b]${selectFrames(tiles)},scale=${tileWidth}:${tileHeight},setsar=1,tile=${columns}x${rows}[sprite]`,
    ].join(';'),
    outputs: [
      { url: paths.imagePattern, options: ['-map', '[images]', ...JPEG, '-q:v', IMAGE_QUALITY] },
      {
        url: paths.sprite,
        options: ['-map', '[sprite]', ...JPEG, '-frames:v', '1', '-update', '1', '-q:v', TILE_QUALITY],
      },
    ],
  };
}

/** Images alone. `imagePattern` holds `%03d`, counted from 1. */
export function renderImages(decoding: Decoding, images: readonly number[], imagePattern: string): Render {
  return {
    inputOptions: decodingOptions(decoding),
    filter: `[0:v:0]${selectFrames(images)}[images]`,
    outputs: [{ url: imagePattern, options: ['-map', '[images]', ...JPEG, '-q:v', IMAGE_QUALITY] }],
  };
}

/** One picture as JPEG and WebP, in the size of its rendition. */
export function renderPoster(decoding: Decoding, number: number, paths: { jpeg: string; webp: string }): Render {
  return {
    inputOptions: decodingOptions(decoding),
    filter: `[0:v:0]${selectFrames([number])},split=2[jpeg][webp]`,
    outputs: [
      {
        url: paths.jpeg,
        options: ['-map', '[jpeg]', ...JPEG, '-frames:v', '1', '-update', '1', '-q:v', POSTER_QUALITY],
      },
      {
        url: paths.webp,
        options: ['-map', '[webp]', '-c:v', 'libwebp', '-frames:v', '1', '-quality', POSTER_WEBP_QUALITY, '-f', 'webp'],
      },
    ],
  };
}

/** How a moving preview is made; later ones are smaller. */
export interface PreviewSetting {
  /** Pixels of the long side. */
  longSide: number;
  fps: number;
  quality: number;
}

/** Tried in turn until one is small enough. Measured on a busy 360p street scene of 4 s: 410 KB and 169 KB. */
export const PREVIEW_SETTINGS: readonly PreviewSetting[] = [
  { longSide: 320, fps: 8, quality: 50 },
  { longSide: 240, fps: 6, quality: 35 },
];

/** The first seconds of what is decoded as an animated WebP that loops. */
export function renderPreview(
  seconds: number,
  size: { width: number; height: number },
  setting: PreviewSetting,
  path: string,
): Render {
  const scale = Math.min(1, setting.longSide / Math.max(size.width, size.height));
  const scaled = `scale=${even(size.width * scale)}:${even(size.height * scale)},setsar=1`;
  const timing = `setpts=PTS-STARTPTS,trim=duration=${seconds.toFixed(3)},fps=${setting.fps}`;
  return {
    inputOptions: [],
    filter: `[0:v:0]${timing},${scaled}[preview]`,
    outputs: [
      {
        url: path,
        options: [
          ...['-map', '[preview]', '-c:v', 'libwebp_anim', '-quality', String(setting.quality)],
          ...['-compression_level', '4', '-loop', '0', '-f', 'webp'],
        ],
      },
    ],
  };
}
