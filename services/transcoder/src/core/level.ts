/**
 * Levels of H.264, table A-1 of ISO/IEC 14496-10: macroblocks a second, of a picture, and of the decoder's picture buffer;
 * kbit/s and kbit of its input buffer in the High profile (1.25 times those of the Main profile).
 */
const LEVELS: readonly (readonly [string, number, number, number, number, number])[] = [
  ['1.0', 1_485, 99, 396, 80, 218],
  ['1.1', 3_000, 396, 900, 240, 625],
  ['1.2', 6_000, 396, 2_376, 480, 1_250],
  ['1.3', 11_880, 396, 2_376, 960, 2_500],
  ['2.0', 11_880, 396, 2_376, 2_500, 2_500],
  ['2.1', 19_800, 792, 4_752, 5_000, 5_000],
  ['2.2', 20_250, 1_620, 8_100, 5_000, 5_000],
  ['3.0', 40_500, 1_620, 8_100, 12_500, 12_500],
  ['3.1', 108_000, 3_600, 18_000, 17_500, 17_500],
  ['3.2', 216_000, 5_120, 20_480, 25_000, 25_000],
  ['4.0', 245_760, 8_192, 32_768, 25_000, 31_250],
  ['4.1', 245_760, 8_192, 32_768, 62_500, 78_125],
  ['4.2', 522_240, 8_704, 34_816, 62_500, 78_125],
  ['5.0', 589_824, 22_080, 110_400, 168_750, 168_750],
  ['5.1', 983_040, 36_864, 184_320, 300_000, 300_000],
  ['5.2', 2_073_600, 36_864, 184_320, 300_000, 300_000],
  ['6.0', 4_177_920, 139_264, 696_320, 300_000, 300_000],
  ['6.1', 8_355_840, 139_264, 696_320, 600_000, 600_000],
  ['6.2', 16_711_680, 139_264, 696_320, 1_000_000, 1_000_000],
];

/** Pictures that a decoder must keep: x264's B-pyramid needs four, whatever the number of references. */
const KEPT_PICTURES = 4;

/**
 * The lowest level of H.264 High whose limits a rendition keeps (rule 1.11: no higher than needed).
 * @param rendition pixels, bit/s, bits
 */
export function h264Level(
  rendition: { width: number; height: number; maxrate: number; bufsize: number },
  framesPerSecond: number,
): string {
  const columns = Math.ceil(rendition.width / 16);
  const rows = Math.ceil(rendition.height / 16);
  const picture = columns * rows;
  const fits = LEVELS.find(
    ([, perSecond, perPicture, kept, kilobits, buffer]) =>
      picture * framesPerSecond <= perSecond &&
      picture <= perPicture &&
      // A side may be as long as the root of eight times the picture.
      Math.max(columns, rows) <= Math.sqrt(8 * perPicture) &&
      picture * KEPT_PICTURES <= kept &&
      rendition.maxrate <= kilobits * 1000 &&
      rendition.bufsize <= buffer * 1000,
  );
  return fits?.[0] ?? '6.2';
}
