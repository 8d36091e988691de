/**
 * What no encode may exceed, in seconds: time stamps of a hostile file can announce years, and the constant frame rate
 * would fill them with pictures.
 */
const LONGEST = 24 * 3600;

/** Nothing of the source's metadata goes into the result, and nothing of the clock: a repeated encode gives equal bytes. */
export const COMMON = [
  '-map_metadata',
  '-1',
  '-map_chapters',
  '-1',
  '-fflags',
  '+bitexact',
  '-t',
  `${LONGEST}`,
  '-f',
  'mp4',
];

/**
 * `delay_moov` keeps the edit list that removes encoder delay (without it sound is 21 ms late); `skip_trailer` saves a box
 * nobody reads.
 */
export const FRAGMENTS = '+delay_moov+default_base_moof+skip_trailer';
