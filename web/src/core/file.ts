/** Longest title and description that the API takes, in characters; a test compares them with its schemas. */
export const TEXT_LIMITS = { title: 200, description: 5_000, tags: 20, tag: 50, filename: 255 } as const;
/** S3's limit for one PUT (5 GiB), in bytes. */
export const LARGEST_FILE = 5 * 1024 ** 3;

/** A title that a person would not be ashamed of: `VID_2019-12-20.final.mp4` → `VID 2019-12-20.final`. */
export function titleFromFilename(filename: string): string {
  const stem = filename.replace(/\.[a-z0-9]{1,5}$/i, '');
  const words = stem.replace(/[_\s]+/g, ' ').trim();
  return (words === '' ? filename : words).slice(0, TEXT_LIMITS.title);
}

/** By ending, for browsers that do not know the type themselves (Matroska on most systems). */
const TYPES: Record<string, string> = {
  mkv: 'video/x-matroska',
  avi: 'video/x-msvideo',
  mov: 'video/quicktime',
  mpg: 'video/mpeg',
  mpeg: 'video/mpeg',
  ogv: 'video/ogg',
  ogg: 'video/ogg',
  wmv: 'video/x-ms-wmv',
  flv: 'video/x-flv',
  ts: 'video/mp2t',
  m2ts: 'video/mp2t',
  mts: 'video/mp2t',
  '3gp': 'video/3gpp',
};

/**
 * What the API accepts: `video/*`, else `application/octet-stream`. A file of another type is not refused here: what it
 * really holds is only known when it has been read.
 */
export function contentTypeOf(file: { name: string; type: string }): string {
  const type = file.type.split(';')[0]?.trim().toLowerCase() ?? '';
  if (/^video\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/.test(type)) return type;
  const ending = /\.([a-z0-9]+)$/i.exec(file.name)?.[1]?.toLowerCase() ?? '';
  return TYPES[ending] ?? 'application/octet-stream';
}

/** Why a file cannot be uploaded at all, or null. @param size bytes */
export function objectionToFile(file: { name: string; size: number }): string | null {
  if (file.size === 0) return 'The file is empty.';
  if (file.size > LARGEST_FILE) return 'The file is larger than 5 GiB, the most that one upload takes.';
  return null;
}

/** The end of a long name is what tells files apart, so the beginning is cut. */
export function shortFilename(name: string): string {
  return name.length <= TEXT_LIMITS.filename ? name : name.slice(-TEXT_LIMITS.filename);
}

/** Tags as typed, separated by commas: trimmed, without doubles, at most as many and as long as the API takes. */
export function parseTags(typed: string): string[] {
  const tags = typed.split(',').map((tag) => tag.trim().slice(0, TEXT_LIMITS.tag).trim());
  return [...new Set(tags.filter((tag) => tag !== ''))].slice(0, TEXT_LIMITS.tags);
}
