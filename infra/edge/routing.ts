import table from './routes.json' with { type: 'json' };

/** Who answers; `media` is the bucket, `web` the Studio's files. */
export type Target = 'media' | 'web' | 'upload-api' | 's3-event-ingest' | 'catalog';

interface Row {
  /** The path and everything below it; `:id` stands for one segment. */
  path: string;
  notMethods?: string[];
  service: Target;
}

const rows = table.routes as Row[];

/** The first row of `routes.json` that fits: the one table from which every edge is made. Pure. */
export function targetOf(method: string, path: string): Target {
  const segments = segmentsOf(path);
  const row = rows.find(({ path: pattern, notMethods }) => {
    const wanted = segmentsOf(pattern);
    const fits = wanted.every((segment, index) =>
      segment === ':id' ? segments[index] !== undefined : segment === segments[index],
    );
    return fits && !notMethods?.includes(method);
  });
  return row?.service ?? 'web';
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/**
 * Whether a path could mean another one to whoever reads it next: doubled slashes (the next would be a host name), dot
 * segments (`/v1/../metrics`), backslashes, encoded slashes, control characters. No address of ours has any.
 */
export function isAmbiguous(path: string): boolean {
  if (!path.startsWith('/') || path.startsWith('//') || /[\\\s]|%(?:2f|5c|[01][0-9a-f]|7f)/i.test(path)) return true;
  return path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
}

export type MediaPath = { kind: 'object'; key: string } | { kind: 'forbidden' } | { kind: 'unknown' };

/** Keys that we write hold nothing else; whatever else stands in a path is a trick or a mistake. */
const KEY = /^videos\/[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/;

/**
 * Which object a path below `/media/` names. Only `videos/` is public: `signed/` needs a token however it is written, so
 * encoded, doubled and climbing forms of it are refused before they reach the store.
 */
export function mediaPathOf(path: string): MediaPath {
  const key = path.slice('/media/'.length);
  if (KEY.test(key) && !key.split('/').some((segment) => /^\.+$/.test(segment))) return { kind: 'object', key };
  return /(^|[/\\])signed([/\\]|$)/i.test(decodedFully(key)) ? { kind: 'forbidden' } : { kind: 'unknown' };
}

/** `%2573` is decoded by some store or other in two steps. */
function decodedFully(text: string): string {
  let before = text;
  for (let round = 0; round < 5; round += 1) {
    const after = decodedOnce(before);
    if (after === before) return after;
    before = after;
  }
  return before;
}

function decodedOnce(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
