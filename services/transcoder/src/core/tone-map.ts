import type { Source } from '@rushes/shared/events';

/** Light of white in an SDR picture, cd/m², by ITU-R BT.2408: brighter is highlight. */
const WHITE = 203;

/**
 * Up to this share of white light stays as it is; from there on all that is brighter is rolled off. White itself comes out at
 * luma 223 of 235, and what is ten times as bright still differs from it. (The usual curves, `hable` and `reinhard`, darken faces by a
 * fifth.)
 */
const KNEE = 0.75;

/** The brightest that is told apart, in multiples of white. HLG ends at 1000 cd/m²; PQ seldom goes beyond twice that. */
const PEAKS = { 'arib-std-b67': 4.93, smpte2084: 10 } as const;

type Transfer = keyof typeof PEAKS;

/** Dolby Vision without a base layer of PQ or HLG (profile 5) cannot be tone-mapped by what we have. */
export function isToneMapped(source: Source): boolean {
  return transferOf(source) !== null;
}

/**
 * From PQ or HLG of BT.2020 to 8 bits of BT.709 in one go with scaling, in light that is linear: the same factor for all three
 * colours of a pixel, so that hues stay.
 * @param size "1920:1080"
 */
export function toneMap(source: Source, size: string): string[] {
  const transfer = transferOf(source) ?? 'smpte2084';
  const [width, height] = size.split(':');
  return [
    `zscale=w=${width}:h=${height}:t=linear:npl=${WHITE}:tin=${transfer}:min=2020_ncl:pin=2020`,
    'format=gbrpf32le',
    'zscale=p=709',
    `tonemap=tonemap=mobius:param=${KNEE}:peak=${PEAKS[transfer]}:desat=0`,
    'zscale=t=709:m=709:r=limited',
    'format=yuv420p',
  ];
}

function transferOf({ video }: Source): Transfer | null {
  const { colorTransfer } = video;
  return colorTransfer === 'smpte2084' || colorTransfer === 'arib-std-b67' ? colorTransfer : null;
}
