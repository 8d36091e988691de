/** The reference from one object to another: from `a/hls/x.m3u8` to `a/segments/y.m4s` it is `../segments/y.m4s`. */
export function relativeUri(fromKey: string, toKey: string): string {
  const from = fromKey.split('/').slice(0, -1);
  const to = toKey.split('/');
  let shared = 0;
  while (shared < from.length && shared < to.length - 1 && from[shared] === to[shared]) shared += 1;
  return [...from.slice(shared).map(() => '..'), ...to.slice(shared).map(encodeURIComponent)].join('/');
}

/**
 * The key that a reference in a playlist names. Throws RangeError for a reference that leaves the bucket, has a scheme or
 * starts at a root: none of ours does.
 */
export function resolveUri(fromKey: string, uri: string): string {
  if (/^([a-z][a-z0-9+.-]*:|\/)/i.test(uri)) throw new RangeError(`"${uri}" is not a relative reference`);
  const path = fromKey.split('/').slice(0, -1);
  for (const part of uri.split('/')) {
    if (part === '..') {
      if (path.pop() === undefined) throw new RangeError(`"${uri}" leaves the bucket`);
    } else if (part !== '.') path.push(decodeURIComponent(part));
  }
  return path.join('/');
}
