import { z } from 'zod';

/**
 * What we read of ffprobe's `-show_streams -show_format` JSON. Numbers come as text there; whatever is absent, `N/A` or
 * nonsense becomes undefined, so that a strange file fails where its value is needed, with a reason.
 */
const number = z
  .union([z.string(), z.number()])
  .transform((value) => (Number.isFinite(Number(value)) ? Number(value) : undefined))
  .optional()
  .catch(undefined);

const text = z.string().optional().catch(undefined);

const probedStreamSchema = z.object({
  index: z.int().nonnegative(),
  codec_type: text,
  codec_name: text,
  profile: text,
  width: number,
  height: number,
  sample_aspect_ratio: text,
  pix_fmt: text,
  field_order: text,
  color_range: text,
  color_space: text,
  color_transfer: text,
  color_primaries: text,
  /** As fractions: "30000/1001", "0/0" when unknown. */
  r_frame_rate: text,
  avg_frame_rate: text,
  start_time: number,
  duration: number,
  nb_frames: number,
  bit_rate: number,
  bits_per_raw_sample: number,
  sample_rate: number,
  channels: number,
  channel_layout: text,
  disposition: z.record(z.string(), z.number()).catch({}).default({}),
  tags: z.record(z.string(), z.string()).catch({}).default({}),
  side_data_list: z
    .array(z.looseObject({ side_data_type: text, rotation: number, dv_profile: number }))
    .catch([])
    .default([]),
});

export const probedFileSchema = z.object({
  streams: z.array(probedStreamSchema).default([]),
  format: z
    .object({ format_name: text, start_time: number, duration: number, size: number, bit_rate: number })
    .default({
      format_name: undefined,
      start_time: undefined,
      duration: undefined,
      size: undefined,
      bit_rate: undefined,
    }),
});

export type ProbedStream = z.infer<typeof probedStreamSchema>;
export type ProbedFile = z.infer<typeof probedFileSchema>;
