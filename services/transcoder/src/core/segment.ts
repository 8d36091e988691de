import type { Keyframe } from '@rushes/shared/tracks';
import { concat } from './boxes.ts';
import { durationOf, type Fragment, shiftFragment } from './fragment.ts';
import { type Grid, OffGrid } from './grid.ts';
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
 * @param grid on which every GOP and every segment begins: the same for all renditions
 * @param before segments that exist already: the stream, which begins at zero itself, goes on behind them
 */
export function createVideoSegmenter(grid: Pick<Grid, 'gopAt' | 'cutAt' | 'gopsIn' | 'end'>, before = 0): Segmenter {
  const begin = { ticks: grid.cutAt(before), gops: grid.gopsIn(before) };
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
    const expected = grid.gopAt(grid.gopsIn(made) + gops.length);
    if (fragment.start !== expected) {
      throw new OffGrid(`a GOP starts at ${fragment.start} where the grid has ${expected}`);
    }
    // Only a full one that is followed by more may be closed: the next GOP proves that this is not the last.
    const closed = fragment.start === grid.cutAt(made + 1) ? close() : [];
    gops.push(fragment);
    return closed;
  };
  return {
    push: (piece) =>
      reader
        .push(piece)
        .flatMap((item) =>
          item.kind === 'init' ? [item] : take(shiftFragment(item.fragment, begin.ticks, begin.gops)),
        ),
    end() {
      reader.end();
      const last = gops.at(-1);
      const end = last === undefined ? begin.ticks : last.start + durationOf(last.samples);
      if (grid.end !== undefined && end !== grid.end) {
        throw new OffGrid(`the pictures end at ${end} where the grid ends at ${grid.end}`);
      }
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
