import type { SourceVideo } from '@rushes/shared/events';
import type { FieldOrder, ProbedStream } from '@rushes/shared/media';

/** Width of one sample against its height. */
export interface SampleAspect {
  num: number;
  den: number;
}

/** Samples more stretched than this are a broken header, not a format. */
const MAX_STRETCH = 8;

export function sampleAspectOf(text: string | undefined): SampleAspect {
  const match = /^(\d+):(\d+)$/.exec(text ?? '');
  const aspect = { num: Number(match?.[1] ?? 1), den: Number(match?.[2] ?? 1) };
  const stretch = aspect.num / aspect.den;
  return stretch >= 1 / MAX_STRETCH && stretch <= MAX_STRETCH ? aspect : { num: 1, den: 1 };
}

/** Degrees clockwise, 0…359, by which the picture is to be turned for viewing. ffprobe counts counter-clockwise. */
export function rotationOf(stream: ProbedStream): number {
  const matrix = stream.side_data_list.find((data) => data.rotation !== undefined);
  const turn = matrix?.rotation ?? -Number(stream.tags.rotate ?? 0);
  return Number.isFinite(turn) ? ((Math.round(-turn) % 360) + 360) % 360 : 0;
}

/** Size in square pixels as it is seen. */
export function displaySizeOf(
  coded: { width: number; height: number },
  aspect: SampleAspect,
  rotation: number,
): { width: number; height: number } {
  const width = Math.max(1, Math.round((coded.width * aspect.num) / aspect.den));
  return rotation % 180 === 90 ? { width: coded.height, height: width } : { width, height: coded.height };
}

/** Codecs that have no fields. */
const WITHOUT_FIELDS = new Set(['gif', 'vp8', 'vp9', 'av1', 'theora']);

/** Whether only the pictures themselves can tell if they are interlaced. */
export function hidesFields(stream: ProbedStream): boolean {
  return (stream.field_order ?? 'unknown') === 'unknown' && !WITHOUT_FIELDS.has(stream.codec_name ?? '');
}

/** `field_order` tells; where it is absent, what was measured; the picture is taken as progressive if neither tells. */
export function isInterlaced(stream: ProbedStream, measured: FieldOrder | null): boolean {
  if (hidesFields(stream)) return measured === 'tff' || measured === 'bff';
  return ['tt', 'bb', 'tb', 'bt'].includes(stream.field_order ?? '');
}

/** Has a plane of transparency that the decoder hands out. A GIF's transparent parts come white from the decoder. */
export function isTransparent(video: SourceVideo): boolean {
  return video.codec !== 'gif' && /^(?:yuva|gbra|rgba|bgra|argb|abgr|ya\d)/.test(video.pixelFormat);
}

export function bitDepthOf(stream: ProbedStream): number {
  const named = /(?:p|gray|rgb|bgr|gbra?p)0?(9|10|12|14|16)(?:le|be)?$/.exec(stream.pix_fmt ?? '')?.[1];
  return named === undefined ? 8 : Number(named);
}

/** A transfer function of ITU-R BT.2100, or Dolby Vision's own (profile 5 has no other). */
export function hdrOf(stream: ProbedStream): SourceVideo['hdr'] {
  if (stream.side_data_list.some((data) => data.dv_profile !== undefined)) return 'dolby-vision';
  if (stream.color_transfer === 'smpte2084') return 'pq';
  if (stream.color_transfer === 'arib-std-b67') return 'hlg';
  return null;
}
