import { trackSeconds, type VideoFacts } from './facts.ts';
import { iframePlaylistKey, iframes } from './playlist.ts';
import { each, type ReadPackage, type Rule } from './rules.ts';
import { resolveUri } from './uri.ts';

/** Rules of the playlists for trick play. */
export const iframeRules: readonly Rule[] = [
  {
    id: '6.1',
    level: 'must',
    says: 'each rendition has an I-frame playlist with all its keyframes',
    check: (read) =>
      each(read.facts.videos, (video) => {
        const list = read.playlists.get(iframePlaylistKey(read.facts.folder, video.id));
        const count = iframes(video).length;
        return list?.segments.length === count ? null : `${video.id} has ${list?.segments.length ?? 'no'} of ${count}`;
      }),
  },
  {
    id: '6.2',
    level: 'should',
    says: 'I-frame playlists have about one frame a second',
    check: (read) =>
      each(read.facts.videos, (video) => {
        const perSecond = iframes(video).length / trackSeconds(video);
        return perSecond >= 0.9 ? null : `${video.id} has ${perSecond.toFixed(2)} a second`;
      }),
  },
  {
    id: '6.8',
    level: 'must',
    says: 'I-frame playlists say EXT-X-I-FRAMES-ONLY',
    check: (read) =>
      each(read.facts.videos, ({ id }) =>
        read.playlists.get(iframePlaylistKey(read.facts.folder, id))?.isIFrame ? null : `${id} does not`,
      ),
  },
  {
    id: '6.10',
    level: 'must',
    says: 'ranges of I-frames lie inside their segments',
    check: (read) => each(read.facts.videos, (video) => rangeProblem(read, video)),
  },
];

function rangeProblem(read: ReadPackage, { id }: VideoFacts): string | null {
  const key = iframePlaylistKey(read.facts.folder, id);
  const list = read.playlists.get(key);
  for (const { uri, byterange } of list?.segments ?? []) {
    const size = read.sizes.get(resolveUri(key, uri)) ?? 0;
    if (byterange === undefined || byterange.offset + byterange.length > size) return `${key}: ${uri} is too short`;
  }
  return list === undefined ? `${key} is missing` : null;
}
