import { type Frame, keyframesOf, type PictureFacts } from './frames.ts';

/** Segments that a quick look is taken at, whatever has been encoded meanwhile. */
const SEGMENTS = 2;
/** Images of a beginning: enough to choose a poster from, and few to decode. */
const IMAGES = 4;

/**
 * The pictures of a video of which only the beginning is there. The encoder needs the processor, so they are few, and all of
 * them are keyframes of the first two segments. The video's very first picture, which is often black, is passed over
 * where there is another.
 */
export function planBeginning({ track, segments }: PictureFacts): { facts: PictureFacts; images: Frame[] } {
  const facts = { track, segments: segments.slice(0, SEGMENTS) };
  const frames = keyframesOf(facts);
  const candidates = frames.length > 1 ? frames.slice(1) : frames;
  const count = Math.min(IMAGES, candidates.length);
  const images = Array.from(
    { length: count },
    (_, index) => candidates[Math.floor((index * candidates.length) / count)],
  );
  return { facts, images: images.filter((frame) => frame !== undefined) };
}
