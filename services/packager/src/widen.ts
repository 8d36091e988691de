import { Failure } from '@rushes/shared/errors';
import { readTrackFacts } from '@rushes/shared/storage';
import type { SegmentAnnouncement } from '@rushes/shared/tracks';
import type { Video } from '@rushes/shared/video';
import { iframePlaylistKey, masterKey, playlistKey } from './core/playlist.ts';
import { wantedTracks, widerFacts } from './core/widen.ts';
import type { Media } from './ports.ts';
import { composeChecked } from './publish.ts';
import { rewrite } from './rewrite.ts';

export interface Widening {
  video: Video;
  folder: string;
  announced: SegmentAnnouncement['tracks'];
  /** As it was read before the playlists that it names. */
  master: { text: string; etag: string };
  /** Ids of the tracks that are to be listed beside the others. */
  joiners: readonly string[];
  signal: AbortSignal;
}

/**
 * Lists further tracks in the master of a beginning. Their playlists come first, and only where there are none; the master is
 * written only if it is still the one that was read.
 * @returns false when somebody else has written the master: all is to be read and decided again
 * @throws Failure `package_invalid` where the wider package would break a rule; `storage_unavailable`
 */
export async function widenMaster(media: Media, widening: Widening): Promise<boolean> {
  const { video, folder, announced, master, joiners, signal } = widening;
  const wanted = wantedTracks(video, announced, master.text, joiners);
  const read = await Promise.all(
    wanted.map(async ({ id, track }) => ({
      ...{ id, track },
      facts: { id, ...(await readTrackFacts(media.storage, media.bucket, track)) },
    })),
  );
  const facts = widerFacts(video, folder, read);
  if (facts === null) {
    throw new Failure('package_invalid', { detail: `the plan lacks one of ${wanted.map(({ id }) => id).join(', ')}` });
  }
  const { documents } = await composeChecked(media, facts);
  const fresh = new Set(joiners.flatMap((id) => [playlistKey(folder, id), iframePlaylistKey(folder, id)]));
  for (const document of documents.filter(({ key }) => fresh.has(key))) {
    await rewrite(media, document, signal, (there) => (there === null ? document.text : null));
  }
  const wider = documents.find(({ key }) => key === masterKey(folder));
  if (wider === undefined || wider.text === master.text) return true;
  const { contentType, cacheControl, key, text } = wider;
  const options = { contentType, cacheControl, ifMatch: master.etag, signal };
  return (await media.storage.put(media.bucket, key, text, options)).kind === 'stored';
}
