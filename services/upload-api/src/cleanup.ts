import type { Delivery, Outcome } from '@rushes/shared/bus';
import type { Log } from '@rushes/shared/log';
import { type Runtime, withSpan } from '@rushes/shared/service';
import type { Storage } from '@rushes/shared/storage';
import { uploadFolder } from '@rushes/shared/tracks';

export interface CleanupDeps {
  eventLog: Pick<Log, 'read'>;
  storage: Pick<Storage, 'deletePrefix' | 'abortUploads'>;
  log: Runtime['log'];
}

/**
 * Removes what was uploaded for a video that is deleted or cancelled, as the log says now: the message only says where to
 * look. A store that fails hands the message back, with a growing delay. What arrives later is removed by the ingest.
 */
export async function removeUpload(deps: CleanupDeps, delivery: Delivery): Promise<Outcome> {
  const videoId = delivery.subject.split('.')[2] ?? '';
  const { state } = await deps.eventLog.read(videoId);
  const log = deps.log.child({ videoId });
  if (state.status === 'none' || (state.status !== 'deleted' && state.upload.status !== 'cancelled')) {
    log.warn({ subject: delivery.subject }, 'the log does not say that this video is gone; nothing is removed');
    return { kind: 'ack' };
  }
  const { bucket } = state.upload;
  const options = { traceparent: delivery.traceparent, attributes: { 'rushes.video': videoId } };
  return withSpan('remove upload', options, async () => {
    const aborted = await deps.storage.abortUploads(bucket, uploadFolder(videoId));
    const removed = await deps.storage.deletePrefix(bucket, uploadFolder(videoId));
    log.info({ status: state.status, removed, aborted }, 'removed what was uploaded');
    return { kind: 'ack' };
  });
}
