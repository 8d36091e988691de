import type { Keyframe } from '@rushes/shared/tracks';
import { concat } from './boxes.ts';
import { durationOf, type Fragment, shiftFragment } from './fragment.ts';
import type { Init } from './init.ts';
import { createStreamReader } from './stream.ts';

/** A finished segment. `start`, `duration` and keyframes' `time` in ticks, `number` from 1. */
export interface MediaSegment {
  number: number;
  bytes: Uint8Array;
  start: number;
  duration: number;
  keyframes: Keyframe[];
}

export type SegmenterItem = { kind: 'init'; init: Init } | { kind: 'segment'; segment: MediaSegment };

export interface Segmenter {
  push(piece: Uint8Array): SegmenterItem[];
  /** The stream is over: the last, shorter segment. */
  end(): SegmenterItem[];
}

/**
 * Gathers closed GOPs into segments. The bytes of a segment are ffmpeg's own, one `moof` and `mdat` a GOP.
 * @param gopsPerSegment GOPs of every segment but the last
 * @param gopTicks ticks of every GOP but the last: the grid that all renditions share
 * @param before segments that exist already: the stream, which begins at zero itself, goes on behind them
 */
export function createVideoSegmenter(gopsPerSegment: number, gopTicks: number, before = 0): Segmenter {
  const reader = createStreamReader();
  let gops: Fragment[] = [];
  let made = before;
  const close = (): SegmenterItem[] => {
    if (gops.length === 0) return [];
    made += 1;
    const segment = joinGops(gops, made);
    gops = [];
    return [{ kind: 'segment', segment }];
  };
  const take = (fragment: Fragment): SegmenterItem[] => {
    // A full segment still open counts like a closed one.
    const expected = (made * gopsPerSegment + gops.length) * gopTicks;
    if (fragment.start !== expected) {
      throw new Error(`a GOP starts at ${fragment.start} where the grid has ${expected}`);
    }
    // Only a full one that is followed by more may be closed: the next GOP proves that this is not the last.
    const closed = gops.length === gopsPerSegment ? close() : [];
    gops.push(fragment);
    return closed;
  };
  return {
    push: (piece) =>
      reader
        .push(piece)
        .flatMap((item) =>
          item.kind === 'init'
            ? [item]
            : take(shiftFragment(item.fragment, before * gopsPerSegment * gopTicks, before * gopsPerSegment)),
        ),
    end() {
      reader.end();
      return close();
    },
  };
}

function joinGops(gops: readonly Fragment[], number: number): MediaSegment {
  let offset = 0;
  const keyframes = gops.map((gop) => {
    const keyframe = { offset, bytes: gop.keyframeBytes, time: gop.start };
    offset += gop.bytes.length;
    return keyframe;
  });
  return {
    number,
    bytes: concat(gops.map((gop) => gop.bytes)),
    start: gops[0]?.start ?? 0,
    duration: gops.reduce((sum, gop) => sum + durationOf(gop.samples), 0),
    keyframes,
  };
}
