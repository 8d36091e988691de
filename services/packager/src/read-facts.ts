import { Failure } from '@rushes/shared/errors';
import type { ThumbnailedData, Tier } from '@rushes/shared/events';
import { allSegments, type Track, type TrackPage, trackPageSchema, trackSchema } from '@rushes/shared/tracks';
import type { z } from 'zod';
import type { PackageFacts, TrackFacts } from './core/facts.ts';
import type { Media } from './ports.ts';

/**
 * Reads `track.json` and its pages for every track that an event names.
 * @param folder the generation's media folder
 * @throws Failure `package_invalid` for facts that are missing or cannot be read, `storage_unavailable`
 */
export async function readFacts(
  media: Media,
  folder: string,
  tier: Tier,
  data: ThumbnailedData,
): Promise<PackageFacts> {
  const [videos, audios] = await Promise.all([
    Promise.all(
      (data.renditions ?? []).map(async (rendition) => ({
        rendition,
        ...(await readTrack(media, rendition)),
      })),
    ),
    Promise.all((data.audio ?? []).map(async (audio) => ({ audio, ...(await readTrack(media, audio)) }))),
  ]);
  return { folder, tier, videos, audios, subtitles: data.subtitles ?? [] };
}

async function readTrack(media: Media, named: { id: string; track: string }): Promise<TrackFacts> {
  const track: Track = await readDocument(media, named.track, trackSchema);
  const pages: TrackPage[] = [];
  // One after the other: a ten-hour video has sixty pages a track, and all tracks are read at the same time.
  for (const key of track.pages) pages.push(await readDocument(media, key, trackPageSchema));
  return { id: named.id, track, segments: allSegments(track, pages) };
}

async function readDocument<S extends z.ZodType>(media: Media, key: string, schema: S): Promise<z.infer<S>> {
  const found = await media.storage.read(media.bucket, key);
  if (found === null) throw new Failure('package_invalid', { detail: `facts are missing: ${key}` });
  const parsed = schema.safeParse(parseJson(found.body.toString('utf8')));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `/${issue.path.join('/')}: ${issue.message}`);
  throw new Failure('package_invalid', { detail: `facts cannot be read: ${key}: ${problems.slice(0, 5).join('; ')}` });
}

/** What is no JSON fails the schema as undefined does. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
