import { UPLOADS_BUCKET, UPLOADS_PREFIX } from './identities.ts';

/**
 * SeaweedFS's `notification.toml`: what it tells the notifier. A failed call is repeated; what is lost after that, the
 * reconciler finds.
 */
export function seaweedNotification(notifierUrl: string, token: string): string {
  return [
    '[notification.webhook]',
    'enabled = true',
    `endpoint = ${JSON.stringify(notifierUrl)}`,
    `bearer_token = ${JSON.stringify(token)}`,
    'timeout_seconds = 30',
    'max_retries = 10',
    'backoff_seconds = 1',
    'max_backoff_seconds = 30',
    'workers = 4',
    'event_types = ["create", "update", "rename"]',
    `path_prefixes = ["/buckets/${UPLOADS_BUCKET}/${UPLOADS_PREFIX}"]`,
    '',
  ].join('\n');
}
