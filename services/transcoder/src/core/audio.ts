import type { Sample } from './fragment.ts';
import type { Init } from './init.ts';
import { writeFragment } from './mux.ts';
import type { MediaSegment, SegmenterItem } from './segment.ts';
import { createStreamReader } from './stream.ts';

/** Samples of one AAC-LC frame. */
export const AAC_FRAME = 1024;

/** A time as an exact fraction of a second. */
export interface Time {
  num: number;
  den: number;
}

/**
 * Cuts sound where the video is cut. Sound is held back until the video has passed, since only the video's last picture
 * says how long the sound may be.
 */
export interface AudioSegmenter {
  push(piece: Uint8Array): SegmenterItem[];
  /** The stream of sound is over. */
  end(): SegmenterItem[];
  /** So many segments of video are whole, and more video follows. */
  videoPassed(segments: number): SegmenterItem[];
  /** The video is over: its number of segments and its exact length. */
  videoEnded(segments: number, length: Time): SegmenterItem[];
}

/**
 * @param cutAt when the video's segment after so many begins. Each cut is made at the frame nearest to the video's, and the end at
 * the last frame that does not outlast it. Sound that ends early goes on with its last frame, which is silence.
 * @param before segments of video that exist already. The stream of sound is the whole one all the same.
 */
export function createAudioSegmenter(cutAt: (segments: number) => Time, before = 0): AudioSegmenter {
  const reader = createStreamReader();
  let init: Init | undefined;
  let frames: Sample[] = [];
  let silence: Sample | undefined;
  let taken = 0;
  let made = 0;
  let over = false;
  let passed = before;
  let end: { segments: number; length: Time } | undefined;

  /** Frames before a time, priming included. */
  const framesBefore = (time: Time, round: (value: number) => number, known: Init) =>
    Math.round(known.priming / AAC_FRAME) + round((time.num * known.timescale) / (time.den * AAC_FRAME));

  /** Frames before the end of the next segment; null while the video is not that far. */
  const nextCut = (known: Init): number | null => {
    if (end !== undefined && made + 1 === end.segments) {
      return Math.max(framesBefore(end.length, Math.floor, known), taken + 1);
    }
    const open = end === undefined ? passed : end.segments;
    if (made >= open) return null;
    return framesBefore(cutAt(made + 1), Math.round, known);
  };

  const cut = (until: number): MediaSegment => {
    const wanted = until - taken;
    while (frames.length < wanted) {
      if (silence === undefined) throw new Error('the sound has no frame at all');
      frames.push(silence);
    }
    made += 1;
    const start = taken * AAC_FRAME;
    const samples = frames.slice(0, wanted).map((frame) => frame.data);
    frames = frames.slice(wanted);
    taken = until;
    const bytes = writeFragment({ sequence: made, start, sampleDuration: AAC_FRAME, samples });
    return { number: made, bytes, start, duration: wanted * AAC_FRAME, keyframes: [] };
  };

  const drain = (): SegmenterItem[] => {
    const items: SegmenterItem[] = [];
    while (init !== undefined) {
      const until = nextCut(init);
      if (until === null || (!over && frames.length < until - taken)) break;
      items.push({ kind: 'segment', segment: cut(until) });
    }
    if (end !== undefined && made === end.segments) frames = [];
    return items;
  };

  return {
    push(piece) {
      const items = reader.push(piece).flatMap((item): SegmenterItem[] => {
        if (item.kind === 'init') {
          init = item.init;
          return [item];
        }
        frames.push(...item.fragment.samples);
        silence = item.fragment.samples.at(-1) ?? silence;
        return [];
      });
      return [...items, ...drain()];
    },
    end() {
      reader.end();
      over = true;
      return drain();
    },
    videoPassed(segments) {
      passed = segments;
      return drain();
    },
    videoEnded(segments, length) {
      end = { segments, length };
      return drain();
    },
  };
}
