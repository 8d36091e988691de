import type { z } from 'zod';
import { Failure } from '../errors.ts';
import { parseJson } from '../json.ts';
import {
  allSegments,
  type Segment,
  type Track,
  type TrackPage,
  trackPageSchema,
  trackSchema,
} from '../tracks/index.ts';
import type { Storage } from './types.ts';

/**
 * Reads the facts of a track: `track.json`, and the segments of its pages with those of the open one.
 * @param key of `track.json`, as an event names it
 * @param options.fromSeconds leaves out pages that end before this time, and so the first segments of a long track
 * @throws Failure `package_invalid` for facts that are missing or cannot be read, `storage_unavailable`
 */
export async function readTrackFacts(
  storage: Pick<Storage, 'read'>,
  bucket: string,
  key: string,
  { fromSeconds = Number.NEGATIVE_INFINITY }: { fromSeconds?: number } = {},
): Promise<{ track: Track; segments: Segment[] }> {
  const track: Track = await readDocument(storage, bucket, key, trackSchema);
  const pages: TrackPage[] = [];
  for (const page of track.pages.toReversed()) {
    const [earliest] = allSegments(track, pages);
    if (earliest !== undefined && earliest.start / track.timescale <= fromSeconds) break;
    pages.unshift(await readDocument(storage, bucket, page, trackPageSchema));
  }
  return { track, segments: allSegments(track, pages) };
}

async function readDocument<S extends z.ZodType>(
  storage: Pick<Storage, 'read'>,
  bucket: string,
  key: string,
  schema: S,
): Promise<z.infer<S>> {
  const found = await storage.read(bucket, key);
  if (found === null) throw new Failure('package_invalid', { detail: `facts are missing: ${bucket}/${key}` });
  const parsed = schema.safeParse(parseJson(found.body.toString('utf8')));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `/${issue.path.join('/')}: ${issue.message}`);
  throw new Failure('package_invalid', {
    detail: `facts cannot be read: ${bucket}/${key}: ${problems.slice(0, 5).join('; ')}`,
  });
}
