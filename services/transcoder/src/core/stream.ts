import { type Box, concat, createBoxReader } from './boxes.ts';
import { type Fragment, readFragment } from './fragment.ts';
import { type Init, readInit } from './init.ts';

/** What ffmpeg's stream of bytes means, piece by piece. */
export type StreamItem = { kind: 'init'; init: Init } | { kind: 'fragment'; fragment: Fragment };

/** Everything but these is of no use in segments: `mfra` and `sidx` point into a file that does not exist. */
const DROPPED = new Set(['mfra', 'sidx', 'styp', 'free', 'skip', 'prft']);

/** Reads `ftyp moov (moof mdat)*` as it arrives, in pieces of any size. */
export function createStreamReader(): { push(piece: Uint8Array): StreamItem[]; end(): void } {
  const reader = createBoxReader();
  /** The box whose partner is awaited: `ftyp` for `moov`, `moof` for `mdat`. */
  let open: Box | undefined;
  const pair = (box: Box): StreamItem[] => {
    if (DROPPED.has(box.type)) return [];
    if (box.type === 'ftyp' || box.type === 'moof') {
      open = box;
      return [];
    }
    const first = open;
    open = undefined;
    if (box.type === 'moov' && first?.type === 'ftyp') return [{ kind: 'init', init: readInit(first, box) }];
    if (box.type === 'mdat' && first?.type === 'moof') {
      const bytes = concat([first.bytes, box.bytes]);
      return [{ kind: 'fragment', fragment: readFragment(first, bytes) }];
    }
    throw new Error(`box ${box.type} is not expected after ${first?.type ?? 'the beginning'}`);
  };
  return {
    push: (piece) => reader.push(piece).flatMap(pair),
    end() {
      reader.end();
      if (open !== undefined) throw new Error(`the stream ended after ${open.type}`);
    },
  };
}
