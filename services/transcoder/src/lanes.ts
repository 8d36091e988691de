import type { AudioSegmenter } from './core/audio.ts';
import { createAudioSegmenter } from './core/audio.ts';
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
}

/**
 * Starts a reader for each track. The first video that is encoded tells the sound how far it may go.
 * @param before segments that are kept of an earlier attempt
 * @param ffmpeg resolves when it has ended well
 */
export function readLanes(lanes: readonly Lane[], grid: Grid, before: number, ffmpeg: Promise<void>): Promise<void>[] {
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
          await follow((sound) => sound.videoEnded(number, { num: start + duration, den: timescale }));
        },
      });
    }),
    ...sounds.map(({ lane, segmenter, store }) => readLane(lane, segmenter, ffmpeg, store, {})),
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
  const isVideo = lane.spec.kind === 'video';
  const take = async (items: SegmenterItem[], isLast: boolean) => {
    for (const item of items) {
      await store(item, isLast && isVideo);
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
