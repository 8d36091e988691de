import { codecName } from './format.ts';

/** The first part of a codec string (RFC 6381) and what is meant by it. */
const FAMILIES: Record<string, string> = {
  avc1: 'h264',
  avc3: 'h264',
  hvc1: 'hevc',
  hev1: 'hevc',
  vp09: 'vp9',
  av01: 'av1',
};

/** Names a quality to the player's menu, which knows of it no more than this and its size. */
export function qualityId(index: number, codecs: string | undefined): string {
  const family = codecs?.split('.')[0] ?? '';
  return `${index}-${FAMILIES[family] ?? family}`;
}

/**
 * What the menu calls a quality: `1080p`, and `1080p AV1` where there are several codecs to choose from.
 * @param offered all qualities, by the ids that `qualityId` makes
 */
export function qualityLabel(quality: Quality, offered: readonly Quality[]): string {
  const lines = `${linesOf(quality)}p`;
  const codecs = new Set(offered.map(codecOf));
  return codecs.size > 1 ? `${lines} ${codecName(codecOf(quality))}` : lines;
}

/** The order of the menu: large before small, and of one size what compresses better first. */
export function compareQualities(a: Quality, b: Quality): number {
  const rank = (quality: Quality) => BEST_FIRST.indexOf(codecOf(quality));
  return linesOf(b) - linesOf(a) || rank(a) - rank(b);
}

const BEST_FIRST = ['av1', 'hevc', 'vp9', 'h264'];

function linesOf({ width = 0, height = 0 }: Quality): number {
  return Math.min(width, height);
}

/** As the player's menu has it. */
export interface Quality {
  id?: string;
  width?: number;
  height?: number;
}

function codecOf({ id = '' }: Quality): string {
  return id.slice(id.indexOf('-') + 1);
}
