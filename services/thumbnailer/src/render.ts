import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@rushes/shared/errors';
import type { Poster, Rendition, ThumbnailedData } from '@rushes/shared/events';
import type { StageContext } from '@rushes/shared/stage';
import { IMMUTABLE, readTrackFacts } from '@rushes/shared/storage';
import { PREVIEW_SETTINGS, renderImages, renderPictures, renderPoster, renderPreview } from './core/arguments.ts';
import { planBeginning } from './core/first.ts';
import { type Decoding, type Frame, frameAt, type PictureFacts, select } from './core/frames.ts';
import { choosePoster, planPictures, posterRendition, previewSegment, smallRendition } from './core/plan.ts';
import { storyboardVtt } from './core/storyboard.ts';
import { gather } from './gather.ts';
import type { Media, RunFfmpeg } from './ports.ts';

/** Bytes of a moving preview at most; where no setting meets it there is none. */
const PREVIEW_MAX_BYTES = 500_000;
/** Seconds of video below which nothing moves enough to be worth a preview. */
const PREVIEW_LEAST_SECONDS = 1;

/** A rendition and its facts. */
interface Picture extends PictureFacts {
  rendition: Rendition;
}

/** Everything a job works with. `folder` is where its pictures go, in the bucket. */
interface Job {
  media: Media;
  ffmpeg: RunFfmpeg;
  context: Pick<StageContext, 'scratch' | 'signal' | 'log' | 'progress'>;
  folder: string;
}

export type Pictures = Required<Pick<ThumbnailedData, 'poster' | 'images' | 'storyboard' | 'preview'>>;

/**
 * Makes poster, images, storyboard and preview from a video's own renditions, fetching only the segments that it needs,
 * and uploads them.
 * @param renditions as `transcoded` lists them
 */
export async function renderAll(job: Job, renditions: readonly Rendition[]): Promise<Pictures> {
  const { context } = job;
  const small = await readPicture(job, smallRendition(renditions));
  const { images, storyboard, candidates } = await renderSmall(job, small);
  context.progress(50);
  const chosen = choosePoster(candidates);
  const large = await readPicture(job, posterRendition(renditions));
  const poster = await renderPosterAt(job, large, chosen.time, 'all');
  context.progress(70);
  const preview = await renderMoving(job, small, chosen);
  context.progress(95);
  return { poster, images, storyboard, preview };
}

/**
 * Makes poster and a few images of a video of which only the beginning is there, without keeping the encoder waiting: the
 * whole gets all of its pictures anew.
 * @param renditions as `transcoded` lists them; their facts may hold more by now
 */
export async function renderBeginning(job: Job, renditions: readonly Rendition[]): Promise<Pictures> {
  const { context } = job;
  const { rendition, ...all } = await readPicture(job, smallRendition(renditions));
  const { facts, images: frames } = planBeginning(all);
  const wanted = select(facts, frames, 'keyframes');
  const input = join(context.scratch, 'small.mp4');
  await gather(job.media, facts, wanted.segments, input, context.signal);
  const imagePattern = join(context.scratch, 'image-%03d.jpg');
  await job.ffmpeg(input, renderImages('keyframes', wanted.numbers, imagePattern), context.signal);
  const { images, candidates } = await takeImages(job, rendition, frames);
  context.progress(50);
  const large = await readPicture(job, posterRendition(renditions));
  const poster = await renderPosterAt(job, large, choosePoster(candidates).time, 'keyframes');
  context.progress(95);
  return { poster, images, storyboard: null, preview: null };
}

async function readPicture({ media }: Job, rendition: Rendition | undefined): Promise<Picture> {
  if (rendition === undefined) throw new Failure('internal', { detail: 'transcoded lists no rendition' });
  return { rendition, ...(await readTrackFacts(media.storage, media.bucket, rendition.track)) };
}

async function renderSmall(job: Job, small: Picture) {
  const { context } = job;
  const plan = planPictures(small, small.rendition);
  const wanted = select(small, [...plan.images, ...plan.storyboard.tiles], plan.decoding);
  const input = join(context.scratch, 'small.mp4');
  await gather(job.media, small, wanted.segments, input, context.signal);
  const sprite = join(context.scratch, 'storyboard-001.jpg');
  const render = renderPictures(
    plan.decoding,
    wanted.numbers.slice(0, plan.images.length),
    wanted.numbers.slice(plan.images.length),
    plan.storyboard,
    { imagePattern: join(context.scratch, 'image-%03d.jpg'), sprite },
  );
  await job.ffmpeg(input, render, context.signal);
  const { images, candidates } = await takeImages(job, small.rendition, plan.images);
  const { interval, columns, rows, tileWidth, tileHeight } = plan.storyboard;
  await sizeOf(sprite);
  const sprites = [await upload(job, 'storyboard-001.jpg', 'image/jpeg')];
  const vtt = await uploadText(job, 'storyboard.vtt', storyboardVtt(plan.storyboard, 'storyboard-001.jpg'), 'text/vtt');
  return { images, candidates, storyboard: { vtt, tileWidth, tileHeight, columns, rows, interval, sprites } };
}

/** Uploads the images that ffmpeg has made of some frames, and weighs them. */
async function takeImages(job: Job, { width, height }: Rendition, frames: readonly Frame[]) {
  const images = [];
  const candidates = [];
  for (const [index, frame] of frames.entries()) {
    const name = `image-${String(index + 1).padStart(3, '0')}.jpg`;
    candidates.push({ frame, bytes: await sizeOf(join(job.context.scratch, name)) });
    images.push({ time: milli(frame.time), width, height, key: await upload(job, name, 'image/jpeg') });
  }
  return { images, candidates };
}

/** The picture nearest a time, in the full size of its rendition. */
async function renderPosterAt(job: Job, large: Picture, seconds: number, decoding: Decoding): Promise<Poster> {
  const { context } = job;
  const frame = frameAt(large, seconds, decoding);
  const { segments, numbers } = select(large, [frame], decoding);
  const input = join(context.scratch, 'large.mp4');
  await gather(job.media, large, segments, input, context.signal);
  const names = { jpeg: 'poster.jpg', webp: 'poster.webp' };
  const paths = { jpeg: join(context.scratch, names.jpeg), webp: join(context.scratch, names.webp) };
  await job.ffmpeg(input, renderPoster(decoding, numbers[0] ?? 0, paths), context.signal);
  await Promise.all([sizeOf(paths.jpeg), sizeOf(paths.webp)]);
  const { width, height } = large.rendition;
  return {
    time: milli(frame.time),
    width,
    height,
    jpeg: await upload(job, names.jpeg, 'image/jpeg'),
    webp: await upload(job, names.webp, 'image/webp'),
  };
}

async function renderMoving(job: Job, small: Picture, poster: Frame): Promise<Pictures['preview']> {
  const { context } = job;
  const { segment, seconds } = previewSegment(small, poster);
  if (seconds < PREVIEW_LEAST_SECONDS) return null;
  const input = join(context.scratch, 'preview.mp4');
  await gather(job.media, small, [segment], input, context.signal);
  for (const setting of PREVIEW_SETTINGS) {
    const path = join(context.scratch, 'preview.webp');
    await job.ffmpeg(input, renderPreview(seconds, small.rendition, setting, path), context.signal);
    const size = await sizeOf(path);
    if (size > PREVIEW_MAX_BYTES) continue;
    const contentType = 'image/webp';
    return { key: await upload(job, 'preview.webp', contentType), contentType, durationSeconds: milli(seconds), size };
  }
  context.log.info('no preview: none of its settings was small enough');
  return null;
}

/** Bytes of a file that ffmpeg was to make. It exits with 0 also when it found nothing to write. */
async function sizeOf(path: string): Promise<number> {
  const size = await stat(path).then(
    (found) => found.size,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
      throw error;
    },
  );
  if (size === 0) throw new Failure('tool_failed', { detail: `ffmpeg ended well and made no ${path}` });
  return size;
}

async function upload({ media, context, folder }: Job, name: string, contentType: string): Promise<string> {
  const key = `${folder}/${name}`;
  const options = { contentType, cacheControl: IMMUTABLE, signal: context.signal };
  await media.storage.putFile(media.bucket, key, join(context.scratch, name), options);
  return key;
}

async function uploadText(job: Job, name: string, text: string, contentType: string): Promise<string> {
  const key = `${job.folder}/${name}`;
  const options = { contentType, cacheControl: IMMUTABLE, signal: job.context.signal };
  await job.media.storage.put(job.media.bucket, key, text, options);
  return key;
}

/** Seconds to the millisecond: what an event needs. */
function milli(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
