import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AudioFacts, PackageFacts, VideoFacts } from '../../services/packager/src/core/facts.ts';
import { memoryStorage } from '../../services/packager/src/memory-storage.ts';
import { createAudioSegmenter } from '../../services/transcoder/src/core/audio.ts';
import {
  audioResult,
  headOf,
  initKey,
  renditionResult,
  segmentFacts,
  segmentKey,
  type TrackSpec,
  trackFacts,
} from '../../services/transcoder/src/core/facts.ts';
import { regularGrid } from '../../services/transcoder/src/core/grid.ts';
import type { Init } from '../../services/transcoder/src/core/init.ts';
import { createVideoSegmenter, type SegmenterItem } from '../../services/transcoder/src/core/segment.ts';
import { run } from './tools.ts';

export const FOLDER = 'videos/0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e/g1';
const RATE = { num: 30_000, den: 1001 };
const GOP_FRAMES = 60;
const GRID = regularGrid(RATE, GOP_FRAMES);

export interface LadderOptions {
  ffmpeg: string;
  /** Where the encoded files are left: `<id>.mp4`. */
  folder: string;
  /** Input arguments of ffmpeg up to and with `-i …`; the first video stream is used, and sound if `audio`. */
  input: readonly string[];
  /** Seconds. */
  seconds: number;
  /** Width and height of each rendition. */
  sizes: readonly (readonly [number, number])[];
  audio: boolean;
}

/** A ladder as the transcoder leaves it in storage: segments and facts in a bucket in memory, fragmented MP4 on disk. */
export async function makeLadder(options: LadderOptions) {
  const ids = options.sizes.map(([width, height]) => `h264-${Math.min(width, height)}`);
  await encode(options, ids);
  const bucket = memoryStorage();
  const videos: VideoFacts[] = [];
  for (const [index, [width, height]] of options.sizes.entries()) {
    const id = ids[index] ?? '';
    const bytes = await readFile(join(options.folder, `${id}.mp4`));
    const segmenter = createVideoSegmenter(GRID);
    videos.push(storeVideo(bucket.store, id, [width, height], [...segmenter.push(bytes), ...segmenter.end()]));
  }
  const audios: AudioFacts[] = [];
  const picture = videos[0];
  if (options.audio && picture !== undefined) {
    const segmenter = createAudioSegmenter((segments) => ({ num: GRID.cutAt(segments), den: GRID.timescale }));
    const ticks = picture.segments.reduce((sum, { duration }) => sum + duration, 0);
    const items = [
      ...segmenter.push(await readFile(join(options.folder, 'aac-en.mp4'))),
      ...segmenter.end(),
      ...segmenter.videoEnded(picture.segments.length, { num: ticks, den: RATE.num }),
    ];
    audios.push(storeAudio(bucket.store, items));
  }
  const facts: PackageFacts = {
    folder: FOLDER,
    tier: 'standard',
    durationSeconds: options.seconds,
    videos,
    audios,
    subtitles: [],
  };
  return { facts, bucket };
}

async function encode({ ffmpeg, folder, input, seconds, sizes, audio }: LadderOptions, ids: readonly string[]) {
  const pads = ids.map((_, index) => `[v${index}]`);
  const scales = sizes.map(([width, height], index) => `[v${index}]scale=${width}:${height},setsar=1[o${index}]`);
  const filter = [`[0:v:0]fps=${RATE.num}/${RATE.den},split=${ids.length}${pads.join('')}`, ...scales].join(';');
  const gop = String(GOP_FRAMES);
  const flags = '+delay_moov+default_base_moof';
  const pictures = ids.flatMap((id, index) => [
    ...['-map', `[o${index}]`, '-t', String(seconds), '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'],
    ...['-crf', '28', '-g', gop, '-keyint_min', gop, '-sc_threshold', '0', '-flags', '+cgop+bitexact'],
    ...['-video_track_timescale', String(RATE.num), '-f', 'mp4', '-movflags', `+frag_keyframe${flags}`],
    join(folder, `${id}.mp4`),
  ]);
  const sound = [
    ...['-map', '0:a:0', '-af', 'apad=pad_dur=1', '-t', String(seconds + 1), '-c:a', 'aac', '-b:a', '128000'],
    ...['-ac', '2', '-ar', '48000', '-flags', '+bitexact', '-frag_duration', '100000', '-f', 'mp4', '-movflags', flags],
    join(folder, 'aac-en.mp4'),
  ];
  const start = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', ...input];
  await run(ffmpeg, [...start, '-filter_complex', filter, ...pictures, ...(audio ? sound : [])]);
}

type Store = (key: string, body: Buffer | string) => string;

/** Splits what a segmenter gave into init and segments, and stores both. */
function storeItems(store: Store, folder: string, items: readonly SegmenterItem[]) {
  let init: Init | undefined;
  const segments = [];
  for (const item of items) {
    if (item.kind === 'init') init = item.init;
    else {
      store(segmentKey(folder, item.segment.number), Buffer.from(item.segment.bytes));
      segments.push(segmentFacts(folder, item.segment));
    }
  }
  if (init === undefined) throw new Error(`ffmpeg wrote no init for ${folder}`);
  store(initKey(folder), Buffer.from(init.bytes));
  return { head: headOf(init, folder), segments };
}

function storeVideo(store: Store, id: string, [width, height]: readonly [number, number], items: SegmenterItem[]) {
  const folder = `${FOLDER}/segments/${id}/a1`;
  const { head, segments } = storeItems(store, folder, items);
  const planned = {
    id,
    codec: 'h264',
    width,
    height,
    crf: 28,
    maxrate: 1,
    bufsize: 1,
    mode: 'encode',
    reason: '',
  } as const;
  const spec = {
    kind: 'video',
    id,
    rendition: planned,
    rate: RATE,
    segmentSeconds: 6.006,
  } as const satisfies TrackSpec;
  const track = trackFacts(spec, { head, pages: [], segments, complete: true, encodeSeconds: 1 });
  store(`${folder}/track.json`, JSON.stringify(track));
  return { id, track, segments, rendition: renditionResult(spec, head, folder, segments) };
}

function storeAudio(store: Store, items: SegmenterItem[]): AudioFacts {
  const id = 'aac-en';
  const folder = `${FOLDER}/segments/${id}/a1`;
  const { head, segments } = storeItems(store, folder, items);
  const planned = { id, codec: 'aac', channels: 2, bitrate: 128_000, language: 'en', sourceStream: 1 } as const;
  const spec = { kind: 'audio', id, audio: planned, segmentSeconds: 6.006 } as const satisfies TrackSpec;
  const track = trackFacts(spec, { head, pages: [], segments, complete: true, encodeSeconds: 1 });
  store(`${folder}/track.json`, JSON.stringify(track));
  return { id, track, segments, audio: audioResult(spec, head, folder, segments, true) };
}
