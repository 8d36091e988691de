import type { AudioSegmenter } from './core/audio.ts';
import { createAudioSegmenter, type Time } from './core/audio.ts';
import type { TrackSpec } from './core/facts.ts';
import type { Grid } from './core/grid.ts';
import { createGate, type KeptTrack } from './core/resume.ts';
import { createVideoSegmenter, type MediaSegment, type Segmenter, type SegmenterItem } from './core/segment.ts';
import { BrokenStream, type Inlet } from './sockets.ts';
import type { TrackWriter } from './track-writer.ts';

/** The way of one track from ffmpeg's socket to the store. */
export interface Lane {
  spec: TrackSpec;
  kept: KeptTrack | undefined;
  inlet: Inlet;
  writer: TrackWriter;
}

interface Follower {
  onSegment?: (segment: MediaSegment, isLast: boolean) => Promise<void>;
  onEnd?: () => Promise<void>;
  /** Whether the track ends with the last segment of its stream. */
  isEnd?: (segment: MediaSegment) => boolean;
}

/** Where a video ends: its number of segments and its exact length. */
export interface VideoEnd {
  segments: number;
  length: Time;
}

/** Between which segments of the video tracks are made. */
export interface Bounds {
  /** Segments before the first that is made now; of sound without pictures those that may be stored before its end is known. */
  before: number;
  /** Segments behind which the pictures end though the video goes on; undefined: they go to the end. */
  until?: number | undefined;
  /** For sound that is made without pictures: tells where the video ends. */
  ended?: Promise<VideoEnd> | undefined;
}

/**
 * Starts a reader for each track. The first video that is encoded tells the sound how far it may go.
 * @param ffmpeg resolves when it has ended well
 */
export function readLanes(
  lanes: readonly Lane[],
  grid: Grid,
  { before, until, ended }: Bounds,
  ffmpeg: Promise<void>,
): Promise<void>[] {
  const { timescale } = grid;
  const sounds = lanes
    .filter((lane) => lane.spec.kind === 'audio')
    .map((lane) => ({
      segmenter: createAudioSegmenter((segments) => ({ num: grid.cutAt(segments), den: timescale }), before),
      lane,
      // One gate for what its own reader and the leading video bring.
      store: storeInto(lane),
    }));
  const videos = lanes.filter((lane) => lane.spec.kind === 'video');
  // What is passed on comes whole again after a crash, so it does not say how far the video is.
  const leader = videos.find((lane) => !isCopied(lane.spec)) ?? videos[0];
  const follow = async (step: (segmenter: AudioSegmenter) => SegmenterItem[]) => {
    for (const { store, segmenter } of sounds) for (const item of step(segmenter)) await store(item, false);
  };
  const goesOn = ({ start, duration }: MediaSegment) => until !== undefined && start + duration === grid.cutAt(until);
  return [
    ...videos.map((lane) => {
      const segmenter = createVideoSegmenter(grid, isCopied(lane.spec) ? 0 : before);
      const leads = lane === leader;
      let last: MediaSegment | undefined;
      return readLane(lane, segmenter, ffmpeg, storeInto(lane), {
        onSegment: async (segment, isLast) => {
          last = segment;
          if (leads && !isLast) await follow((sound) => sound.videoPassed(segment.number));
        },
        onEnd: async () => {
          if (!leads || last === undefined) return;
          const { number, start, duration } = last;
          if (goesOn(last)) await follow((sound) => sound.videoPassed(number));
          else await follow((sound) => sound.videoEnded(number, { num: start + duration, den: timescale }));
        },
        isEnd: (segment) => !goesOn(segment),
      });
    }),
    ...sounds.map(({ lane, segmenter, store }) =>
      readLane(lane, segmenter, ffmpeg, store, {
        onEnd: async () => {
          if (ended === undefined) return;
          const { segments, length } = await ended;
          for (const item of segmenter.videoEnded(segments, length)) await store(item, false);
        },
      }),
    ),
  ];
}

function isCopied(spec: TrackSpec): boolean {
  return spec.kind === 'video' && spec.rendition.mode === 'copy';
}

type Store = (item: SegmenterItem, isLast: boolean) => Promise<void>;

function storeInto({ spec, kept, writer }: Lane): Store {
  const admit = createGate(spec.id, kept);
  return async (item, isLast) => {
    for (const admitted of admit(item)) await writer.add(admitted, isLast);
  };
}

async function readLane(
  lane: Lane,
  segmenter: Pick<Segmenter, 'push' | 'end'>,
  ffmpeg: Promise<void>,
  store: Store,
  follower: Follower,
): Promise<void> {
  const take = async (items: SegmenterItem[], isLast: boolean) => {
    for (const item of items) {
      await store(item, isLast && item.kind === 'segment' && follower.isEnd?.(item.segment) === true);
      if (item.kind === 'segment') await follower.onSegment?.(item.segment, isLast);
    }
  };
  await lane.inlet
    .read(async (piece) => take(segmenter.push(piece), false))
    .catch(async (error: unknown) => {
      if (error instanceof BrokenStream) await ffmpeg;
      throw error;
    });
  // A stream that breaks off is the consequence of ffmpeg's end: its cause is to be told, not the torn box.
  await ffmpeg;
  await take(segmenter.end(), true);
  await follower.onEnd?.();
}
