import { describe, expect, it } from 'vitest';
import { libraryPath, pageOf, videoPath } from './routes.ts';

const id = '0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e';

describe('pageOf', () => {
  it.each([
    ['/', '', { name: 'library', q: '', filter: 'all' }],
    ['/', '?q=sea%20dawn&show=failed', { name: 'library', q: 'sea dawn', filter: 'failed' }],
    ['/', '?show=nonsense', { name: 'library', q: '', filter: 'all' }],
    [`/videos/${id}`, '', { name: 'video', id }],
    [`/videos/${id}/`, '', { name: 'video', id }],
    ['/videos/12', '', { name: 'unknown', path: '/videos/12' }],
    [`/videos/${id}/more`, '', { name: 'unknown', path: `/videos/${id}/more` }],
    ['/elsewhere', '', { name: 'unknown', path: '/elsewhere' }],
  ])('of %s%s', (path, search, page) => expect(pageOf(path, search)).toEqual(page));

  it('understands the addresses that are made here', () => {
    const { pathname, search } = new URL(libraryPath('a&b=c', 'working'), 'http://x');
    expect(pageOf(pathname, search)).toEqual({ name: 'library', q: 'a&b=c', filter: 'working' });
    expect(pageOf(videoPath(id), '')).toEqual({ name: 'video', id });
    expect(libraryPath('', 'all')).toBe('/');
  });
});
