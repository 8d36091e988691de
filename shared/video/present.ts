import type { Rendition, Source, Tier } from '../events/index.ts';
import type { StageName } from './open-jobs.ts';
import { type Generation, isOpen, tierRank, type Video } from './state.ts';
import type { VideoView } from './view.ts';

/**
 * The video as clients see it: the same from every service.
 * @param cdnBaseUrl what object keys are appended to, without a slash at its end
 */
export function present(video: Video, cdnBaseUrl: string): VideoView {
  const shown = video.playing ?? video.current;
  const described = video.current.inspected === null ? shown : video.current;
  const { inspected } = described;
  const gone = video.status === 'deleted';
  const link = (key: string) => `${cdnBaseUrl}/${key}`;
  return {
    id: video.id,
    title: video.title,
    description: video.description,
    tags: video.tags,
    metadata: video.metadata,
    visibility: video.visibility,
    status: video.status,
    final: video.current.outcome !== null && (shown.packaged?.final ?? false),
    generation: video.current.number,
    upload: {
      status: video.upload.status,
      filename: video.upload.filename,
      contentType: video.upload.contentType,
      size: video.upload.size,
      finishedAt: video.upload.finishedAt,
      location: { bucket: video.upload.bucket, key: video.upload.key },
    },
    source: inspected?.source ?? null,
    durationSeconds: shown.transcoded?.durationSeconds ?? inspected?.source.durationSeconds ?? null,
    aspectRatio: inspected ? aspectRatioOf(inspected.source) : null,
    progress: progressOf(video),
    playback: gone ? null : playbackOf(shown, link),
    renditions: (shown.packaged?.renditions ?? []).map(renditionView),
    thumbnails: gone ? null : thumbnailsOf(shown, link),
    warnings: [...(inspected?.warnings ?? []), ...(described.transcoded?.warnings ?? [])],
    error: video.error,
    createdAt: video.createdAt,
    updatedAt: video.updatedAt,
    readyAt: video.readyAt,
  };
}

function playbackOf(shown: Generation, link: (key: string) => string): VideoView['playback'] {
  if (shown.packaged === null) return null;
  const { hls, dash, mp4 } = shown.packaged;
  return { hls: link(hls.key), dash: dash ? link(dash.key) : null, mp4: mp4 ? link(mp4.key) : null };
}

function thumbnailsOf(shown: Generation, link: (key: string) => string): VideoView['thumbnails'] {
  if (shown.thumbnailed === null) return null;
  const { images = [], storyboard, preview } = shown.thumbnailed;
  const poster = shown.chosenPoster ?? shown.thumbnailed.poster;
  return {
    poster: { jpeg: link(poster.jpeg), webp: link(poster.webp) },
    images: images.map((image) => ({ time: image.time, url: link(image.key) })),
    storyboard: storyboard ? { vtt: link(storyboard.vtt), sprites: storyboard.sprites.map(link) } : null,
    preview: preview ? link(preview.key) : null,
  };
}

function renditionView(rendition: Rendition): VideoView['renditions'][number] {
  const { id, codec, codecs, width, height, fps, bitrate, size, vmaf } = rendition;
  return { id, codec, codecs, width, height, fps, bitrate, size, vmaf: vmaf ?? null };
}

/**
 * Which stage works on which tier of the newest generation; percent and time left are the catalog's to add. It only goes
 * forward: the pictures and the package of `first` are made beside the encode whose beginning that tier is, so the encode
 * is what is shown until its `standard` is there.
 */
function progressOf(video: Video): VideoView['progress'] {
  if (!isOpen(video)) return null;
  const { transcoded, thumbnailed, packaged, number } = video.current;
  const at = (stage: StageName, tier: Tier) => ({ stage, tier, percent: 0, secondsLeft: null, generation: number });
  const made = tierRank(transcoded?.tier);
  if (transcoded === null || made < tierRank('standard')) return at('transcoder', 'standard');
  if (tierRank(thumbnailed?.tier) < made) return at('thumbnailer', transcoded.tier);
  if (tierRank(packaged?.tier) < made) return at('packager', transcoded.tier);
  return at('transcoder', 'extended');
}

/** Ratios that people know by name; a size within 1 % of one is called so (854×480 is 16:9). */
const KNOWN_RATIOS = [
  [16, 9],
  [4, 3],
  [1, 1],
  [3, 2],
  [21, 9],
  [5, 4],
  [2, 1],
] as const;

function aspectRatioOf(source: Source): string {
  const { displayWidth, displayHeight } = source.video;
  const ratio = displayWidth / displayHeight;
  for (const [long, short] of KNOWN_RATIOS) {
    if (Math.abs(ratio / (long / short) - 1) < 0.01) return `${long}:${short}`;
    if (Math.abs(ratio / (short / long) - 1) < 0.01) return `${short}:${long}`;
  }
  const divisor = greatestCommonDivisor(displayWidth, displayHeight);
  return `${displayWidth / divisor}:${displayHeight / divisor}`;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
