import { type FilterId, filterOf } from './status.ts';

export type Page =
  | { name: 'library'; q: string; filter: FilterId }
  | { name: 'video'; id: string }
  | { name: 'unknown'; path: string };

/** UUIDs as the API gives them; anything else cannot be a video. */
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Which page an address means. @param search with its question mark, or empty */
export function pageOf(path: string, search: string): Page {
  if (path === '/') {
    const query = new URLSearchParams(search);
    return { name: 'library', q: query.get('q') ?? '', filter: filterOf(query.get('show')) };
  }
  const [, kind, id, ...rest] = path.replace(/\/$/, '').split('/');
  if (kind === 'videos' && id !== undefined && ID.test(id) && rest.length === 0) return { name: 'video', id };
  return { name: 'unknown', path };
}

export function libraryPath(q: string, filter: FilterId): string {
  const query = new URLSearchParams();
  if (q !== '') query.set('q', q);
  if (filter !== 'all') query.set('show', filter);
  return query.size === 0 ? '/' : `/?${query}`;
}

export function videoPath(id: string): string {
  return `/videos/${id}`;
}
