import type { Delivery, Outcome } from '@rushes/shared/bus';
import { parseEvent } from '@rushes/shared/events';
import type { Runtime } from '@rushes/shared/service';
import type { Storage } from '@rushes/shared/storage';

export interface SweepDeps {
  storage: Pick<Storage, 'deletePrefix'>;
  bucket: string;
  now: () => Date;
  log: Runtime['log'];
}

/**
 * Milliseconds after which a deleted video's folders are emptied once more: work that was running when it was deleted may
 * have put something there after the first pass.
 */
export const SECOND_PASS_MS = 3_600_000;

/** Removes the media of deleted videos, now and once more an hour after the event. */
export async function sweep(deps: SweepDeps, delivery: Pick<Delivery, 'subject' | 'body'>): Promise<Outcome> {
  const parsed = parseEvent(delivery.subject, delivery.body);
  if (parsed.kind === 'invalid') {
    deps.log.warn({ subject: delivery.subject, problems: parsed.problems }, 'cannot read the event; nothing swept');
    return { kind: 'ack' };
  }
  if (parsed.kind === 'unknown' || parsed.event.type !== 'video.deleted') return { kind: 'ack' };
  const videoId = parsed.event.subject;
  const folders = [`videos/${videoId}/`, `signed/${videoId}/`];
  const counts = await Promise.all(folders.map((folder) => deps.storage.deletePrefix(deps.bucket, folder)));
  const objects = counts.reduce((sum, count) => sum + count, 0);
  deps.log.info({ videoId, objects }, 'media of a deleted video removed');
  const delayMs = Date.parse(parsed.event.time) + SECOND_PASS_MS - deps.now().getTime();
  return delayMs > 0 ? { kind: 'nak', delayMs } : { kind: 'ack' };
}
