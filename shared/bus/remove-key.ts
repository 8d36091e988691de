import { headers, type JetStreamClient } from 'nats';
import { isWrongLastSequence } from './connect.ts';

/** The marker of a removed key goes by itself: long after anybody could still write on the revision before it. */
const MARKER_TTL = '1h';

/**
 * Removes a key of a bucket if its last revision still is the one that was read; false: somebody has written since. The
 * client's own purge knows neither revision nor time to live, and without that a marker for each key there ever was would stay.
 */
export async function removeKey(
  client: JetStreamClient,
  bucket: string,
  key: string,
  revision: number,
): Promise<boolean> {
  const head = headers();
  head.set('KV-Operation', 'PURGE');
  head.set('Nats-Rollup', 'sub');
  head.set('Nats-TTL', MARKER_TTL);
  head.set('Nats-Expected-Last-Subject-Sequence', String(revision));
  try {
    await client.publish(`$KV.${bucket}.${key}`, '', { headers: head });
    return true;
  } catch (error) {
    if (isWrongLastSequence(error)) return false;
    throw error;
  }
}
