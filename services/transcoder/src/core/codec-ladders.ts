import type { Codec } from '@rushes/shared/profiles';

/** What one codec needs at one short side (pixels): quality by its own scale, and the cap in bit/s up to 30 frames a second. */
interface Measured {
  short: number;
  crf: number;
  maxrate: number;
}

export interface CodecLadder {
  /** Short side below which the codec saves too few bytes to be worth its work, and older players get H.264 anyway. */
  smallest: number;
  /** Largest first. Caps of sizes between two of them lie on the line between theirs. */
  measured: readonly [Measured, ...Measured[]];
}

/**
 * Measured on moving footage (docs/encoding.md): each codec's quality at a size is that of H.264 there or a little above, at
 * half to three quarters of the bytes.
 */
export const CODEC_LADDERS: Readonly<Record<Codec, CodecLadder>> = {
  h264: {
    smallest: 0,
    measured: [
      { short: 2160, crf: 23, maxrate: 18_000_000 },
      { short: 1440, crf: 23, maxrate: 10_000_000 },
      { short: 1080, crf: 23, maxrate: 6_000_000 },
      { short: 720, crf: 23, maxrate: 3_500_000 },
      { short: 480, crf: 23, maxrate: 1_600_000 },
      { short: 360, crf: 23, maxrate: 900_000 },
      { short: 240, crf: 23, maxrate: 450_000 },
      { short: 0, crf: 23, maxrate: 100_000 },
    ],
  },
  hevc: {
    smallest: 480,
    measured: [
      { short: 2160, crf: 26, maxrate: 12_000_000 },
      { short: 1440, crf: 26, maxrate: 6_800_000 },
      { short: 1080, crf: 26, maxrate: 4_200_000 },
      { short: 720, crf: 27, maxrate: 2_400_000 },
      { short: 480, crf: 27, maxrate: 1_100_000 },
    ],
  },
  vp9: {
    smallest: 360,
    measured: [
      { short: 2160, crf: 38, maxrate: 12_000_000 },
      { short: 1440, crf: 38, maxrate: 6_800_000 },
      { short: 1080, crf: 38, maxrate: 4_200_000 },
      { short: 720, crf: 38, maxrate: 2_400_000 },
      { short: 480, crf: 38, maxrate: 1_100_000 },
      { short: 360, crf: 38, maxrate: 620_000 },
    ],
  },
  av1: {
    smallest: 360,
    measured: [
      { short: 2160, crf: 36, maxrate: 11_000_000 },
      { short: 1440, crf: 36, maxrate: 6_400_000 },
      { short: 1080, crf: 36, maxrate: 4_000_000 },
      { short: 720, crf: 36, maxrate: 2_200_000 },
      { short: 480, crf: 40, maxrate: 1_000_000 },
      { short: 360, crf: 40, maxrate: 550_000 },
    ],
  },
};

/** Faster pictures than this need half as many bits again. */
const USUAL_RATE = 31;

/** Quality of the nearest measured size, and a cap between those of the two around it. */
export function settingsAt(
  { measured }: CodecLadder,
  short: number,
  framesPerSecond: number,
): { crf: number; maxrate: number } {
  const upper = measured.findLast((one) => one.short >= short) ?? measured[0];
  const lower = measured.find((one) => one.short <= short) ?? measured.at(-1) ?? measured[0];
  const share = upper.short === lower.short ? 0 : (short - lower.short) / (upper.short - lower.short);
  const cap = lower.maxrate + share * (upper.maxrate - lower.maxrate);
  return {
    crf: share < 0.5 ? lower.crf : upper.crf,
    maxrate: Math.round(cap * (framesPerSecond > USUAL_RATE ? 1.5 : 1)),
  };
}
