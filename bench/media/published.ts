import { writeFile } from 'node:fs/promises';
import { allSegments, trackPageSchema, trackSchema } from '@rushes/shared/tracks';

/**
 * Joins a published rendition into one file, from its facts, over HTTP as a player would read it.
 * @param media address of the media bucket
 * @param trackKey key of the rendition's `track.json`
 */
export async function download(media: string, trackKey: string, path: string): Promise<void> {
  const bytesOf = async (key: string) => {
    const answer = await fetch(`${media}/${key}`);
    if (answer.status !== 200) throw new Error(`${key} was answered with ${answer.status}`);
    return Buffer.from(await answer.arrayBuffer());
  };
  const json = async (key: string): Promise<unknown> => JSON.parse((await bytesOf(key)).toString('utf8'));
  const track = trackSchema.parse(await json(trackKey));
  const pages = await Promise.all(track.pages.map(async (key) => trackPageSchema.parse(await json(key))));
  await writeFile(path, await bytesOf(track.init.key));
  for (const { key } of allSegments(track, pages)) await writeFile(path, await bytesOf(key), { flag: 'a' });
}
