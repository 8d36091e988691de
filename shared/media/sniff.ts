/** What a file that is no video most likely is, for the sentence that tells its owner. */
export type Sniffed = 'empty' | 'playlist' | 'text' | 'picture' | 'archive' | 'document' | 'program';

const MAGIC: readonly (readonly [string, Sniffed])[] = [
  ['89504e47', 'picture'],
  ['ffd8ff', 'picture'],
  ['504b0304', 'archive'],
  ['1f8b', 'archive'],
  ['377abcaf271c', 'archive'],
  ['526172211a07', 'archive'],
  ['25504446', 'document'],
  ['d0cf11e0a1b11ae1', 'document'],
  ['7f454c46', 'program'],
  ['4d5a', 'program'],
];

/** Texts that make a player open other files or addresses. */
const PLAYLIST = /^\uFEFF?\s*(?:#EXTM3U|ffconcat\b|\[playlist\]|v=0\r?\n|(?:<\?xml[^>]*>\s*)?<MPD\b)/i;

/** Recognises what is no video by its first bytes (4 KiB are enough); null when it may be one. */
export function sniff(start: Uint8Array): Sniffed | null {
  if (start.length === 0) return 'empty';
  const hex = Array.from(start.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const known = MAGIC.find(([magic]) => hex.startsWith(magic));
  if (known !== undefined) return known[1];
  if (!isText(start)) return null;
  return PLAYLIST.test(new TextDecoder().decode(start)) ? 'playlist' : 'text';
}

/** UTF-8 or another ASCII superset without control characters; a character cut at the end does not count. */
function isText(bytes: Uint8Array): boolean {
  return (
    bytes.every((byte) =>
      byte >= 0x20 ? byte !== 0x7f : byte === 0x09 || byte === 0x0a || byte === 0x0d || byte === 0x0c,
    ) && isUtf8(bytes)
  );
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

const NAMES: Record<Exclude<Sniffed, 'playlist'>, string> = {
  empty: 'it is empty',
  text: 'it is text',
  picture: 'it is a picture',
  archive: 'it is an archive',
  document: 'it is a document',
  program: 'it is a program',
};

/** The sentence for the person whose file holds no video. */
export function notAVideoMessage(sniffed: Exclude<Sniffed, 'playlist'> | null): string {
  const what = sniffed === null ? 'its format is not one we know' : NAMES[sniffed];
  return `The file holds no video: ${what}. Upload a video file.`;
}
