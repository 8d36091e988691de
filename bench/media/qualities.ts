import type { Plan } from '@rushes/shared/events';
import type { Codec, Quality } from './encoders.ts';

export const CODECS: readonly Codec[] = ['h264', 'av1', 'hevc', 'vp9'];

/** Short sides that are measured. */
export const RUNGS = [1080, 720, 480, 360] as const;
export type RungSide = (typeof RUNGS)[number];

/** Of H.264, in bit/s. */
const CAPS: Record<RungSide, number> = { 1080: 6_000_000, 720: 3_500_000, 480: 1_600_000, 360: 900_000 };

/** CRF of each rung, and the cap's share of that of H.264; HEVC and VP9 as good as H.264 (docs/encoding.md). */
const TABLE: Record<Codec, { crf: Record<RungSide, number>; share: number }> = {
  h264: { crf: { 1080: 23, 720: 23, 480: 23, 360: 23 }, share: 1 },
  av1: { crf: { 1080: 31, 720: 31, 480: 35, 360: 35 }, share: 0.63 },
  hevc: { crf: { 1080: 27, 720: 27, 480: 27, 360: 27 }, share: 0.7 },
  vp9: { crf: { 1080: 41, 720: 40, 480: 40, 360: 42 }, share: 0.7 },
};

/** What to measure a codec with where no plan says it. */
export function usualQuality(codec: Codec, rung: RungSide): Quality {
  const { crf, share } = TABLE[codec];
  const maxrate = Math.round(CAPS[rung] * share);
  return { crf: crf[rung], maxrate, bufsize: Math.round(maxrate * 1.5) };
}

/** What a plan makes of this codec at this rung; undefined when it does not. */
export function plannedQuality(plan: Plan, codec: Codec, rung: RungSide): Quality | undefined {
  return plan.renditions.find((one) => one.codec === codec && Math.min(one.width, one.height) === rung);
}
