import { eachOf } from '@rushes/shared/concurrency';
import type { Log } from '@rushes/shared/log';
import type { OpenVideosPage } from '@rushes/shared/open-videos';
import { meter, type Runtime, withSpan } from '@rushes/shared/service';
import type { Storage } from '@rushes/shared/storage';
import { uploadFolder } from '@rushes/shared/tracks';

export interface ExpireDeps {
  eventLog: Pick<Log, 'read' | 'execute'>;
  storage: Pick<Storage, 'head' | 'abortUploads'>;
  /** A page of the index of open videos from a sequence on. */
  openVideos(from: number): Promise<OpenVideosPage>;
  now: () => Date;
  log: Runtime['log'];
}

/** Pages of the index in one go: what does not fit comes with the next one. */
const MAX_PAGES = 10;
const LANES = 16;
const REASON = 'nothing was uploaded in time';

/**
 * Closes the uploads whose time has run out without an object. The index says where to look, the log whether it is so. Goes
 * through a bounded part of the index, from a sequence on.
 * @returns where the next go begins, 0 from the start
 * @throws Failure `bus_unavailable`, `storage_unavailable`; what was closed stays closed
 */
export async function expireUploads(deps: ExpireDeps, from: number, signal: AbortSignal): Promise<number> {
  let next: number | null = from;
  for (let pages = 0; pages < MAX_PAGES && next !== null; pages += 1) {
    const page: OpenVideosPage = await deps.openVideos(next);
    const now = deps.now().getTime();
    const due = page.videos.filter(({ entry }) => entry?.kind === 'upload' && Date.parse(entry.closesAt) <= now);
    await eachOf(due, LANES, async ({ videoId }) => {
      signal.throwIfAborted();
      await expireUpload(deps, videoId);
    });
    next = page.next;
  }
  return next ?? 0;
}

async function expireUpload(deps: ExpireDeps, videoId: string): Promise<void> {
  const { state, entries } = await deps.eventLog.read(videoId);
  if (state.status !== 'uploading' || Date.parse(state.upload.closesAt) > deps.now().getTime()) return;
  const { bucket, key } = state.upload;
  const options = { traceparent: entries.at(-1)?.traceparent, attributes: { 'rushes.video': videoId } };
  await withSpan('expire upload', options, async () => {
    // It is there and nobody told: that is the ingest's to find out, and it will.
    if ((await deps.storage.head(bucket, key)) !== null) return;
    const executed = await deps.eventLog.execute(videoId, { type: 'expire', reason: REASON });
    if (executed.kind !== 'appended') return;
    expired().add(1);
    // After the event: parts that a crash leaves here are removed by the bucket's lifecycle rule.
    const aborted = await deps.storage.abortUploads(bucket, uploadFolder(videoId));
    deps.log.info({ videoId, aborted, sequence: executed.lastSequence }, 'an upload has run out of time');
  });
}

/** Asked for when it is used: instruments made before telemetry has started measure nothing. */
const expired = () =>
  meter().createCounter('rushes.uploads.expired', { description: 'Uploads that have run out of time' });
