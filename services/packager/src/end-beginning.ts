import type { VideoState } from '@rushes/shared/video';
import { CACHE_CONTROL, HLS } from './core/compose.ts';
import { endedPlaylist } from './core/growth.ts';
import { abandonedBeginning } from './core/growth-decision.ts';
import type { GrowthDeps } from './grow.ts';
import { rewrite } from './rewrite.ts';

/**
 * Ends the playlists of a beginning that plays and will never be whole where they stand, so that players stop asking for more.
 * Does nothing where nothing of that kind plays, or where it is done. It is safe to repeat, and has to be: a worker that
 * has not heard yet may list another track at the same time.
 */
export async function endBeginning(
  deps: Pick<GrowthDeps, 'bucket' | 'log'> & { storage: Pick<GrowthDeps['storage'], 'read' | 'put' | 'list'> },
  state: VideoState,
  signal: AbortSignal,
): Promise<void> {
  const folder = abandonedBeginning(state);
  if (folder === null) return;
  const keys: string[] = [];
  for await (const { key } of deps.storage.list(deps.bucket, `${folder}/hls/`)) keys.push(key);
  let ended = 0;
  for (const key of keys) {
    const document = { key, contentType: HLS, cacheControl: CACHE_CONTROL.finished };
    const isWritten = await rewrite(deps, document, signal, (there) => (there === null ? null : endedPlaylist(there)));
    if (isWritten) ended += 1;
  }
  if (ended > 0) deps.log.info({ folder, playlists: ended }, 'a beginning that will not be made whole was ended');
}
