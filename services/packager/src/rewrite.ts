import { Failure } from '@rushes/shared/errors';
import type { PackageDocument } from './core/compose.ts';
import type { Media } from './ports.ts';

/** Times that a document is read and decided again when somebody else writes it in between. */
const ROUNDS = 5;

/**
 * Changes a document on condition that nobody has written it since it was read; else it is read and decided again.
 * @param decide what it is to be, given what is there (null: nothing); null: it is left as it is
 * @returns whether something was written
 * @throws Failure `internal` when others wrote it each time; `storage_unavailable`; what `decide` throws
 */
export async function rewrite(
  { storage, bucket }: Pick<Media, 'bucket'> & { storage: Pick<Media['storage'], 'read' | 'put'> },
  { key, contentType, cacheControl }: Omit<PackageDocument, 'text'>,
  signal: AbortSignal,
  decide: (there: string | null) => string | null | Promise<string | null>,
): Promise<boolean> {
  for (let round = 0; round < ROUNDS; round += 1) {
    signal.throwIfAborted();
    const there = await storage.read(bucket, key);
    const text = await decide(there?.body.toString('utf8') ?? null);
    if (text === null) return false;
    const result = await storage.put(bucket, key, text, {
      contentType,
      cacheControl,
      signal,
      ...(there === null ? { ifNoneMatch: '*' } : { ifMatch: there.etag }),
    });
    if (result.kind === 'stored') return true;
  }
  throw new Failure('internal', { detail: `${key} was written by others ${ROUNDS} times while we tried` });
}
