import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, toolPath } from './tools.ts';

interface ReferencePlaylist {
  durations: number[];
}

/** What Shaka Packager made of the same encodes. */
export interface ReferencePackage {
  playlist(id: string): ReferencePlaylist;
  iframes(id: string): ReferencePlaylist;
  /** Attributes of each EXT-X-STREAM-INF by RESOLUTION. */
  variants: Map<string, Record<string, string>>;
  /** Path of its MPD. */
  manifest: string;
}

/** Packs `<id>.mp4` of a folder into `<folder>/shaka`, with segments of three GOPs as ours. */
export async function packWithShaka(
  folder: string,
  videos: readonly string[],
  audio: string,
): Promise<ReferencePackage> {
  const out = join(folder, 'shaka');
  const of = (id: string, stream: string) =>
    [
      `in=${join(folder, `${id}.mp4`)}`,
      `stream=${stream}`,
      `init_segment=${out}/${id}/init.mp4`,
      `segment_template=${out}/${id}/$Number%05d$.m4s`,
      `playlist_name=${id}.m3u8`,
    ].join(',');
  await run(toolPath('PACKAGER_PATH'), [
    ...videos.map((id) => `${of(id, 'video')},iframe_playlist_name=${id}-iframes.m3u8`),
    `${of(audio, 'audio')},hls_group_id=audio,language=en`,
    ...['--segment_duration', '6.006', '--fragment_duration', '2.002', '--hls_playlist_type', 'VOD'],
    ...['--generate_static_live_mpd', '--default_language', 'en'],
    ...['--hls_master_playlist_output', `${out}/master.m3u8`, '--mpd_output', `${out}/manifest.mpd`],
  ]);
  const texts = new Map<string, string>();
  for (const id of videos) {
    for (const name of [id, `${id}-iframes`]) texts.set(name, await readText(join(out, `${name}.m3u8`)));
  }
  const playlist = (name: string): ReferencePlaylist => ({
    durations: [...(texts.get(name) ?? '').matchAll(/^#EXTINF:([\d.]+),/gm)].map(([, seconds]) => Number(seconds)),
  });
  return {
    playlist,
    iframes: (id) => playlist(`${id}-iframes`),
    variants: variantsOf(await readText(join(out, 'master.m3u8'))),
    manifest: join(out, 'manifest.mpd'),
  };
}

export function variantsOf(master: string): Map<string, Record<string, string>> {
  const tags = [...master.matchAll(/^#EXT-X-STREAM-INF:(.*)$/gm)].map(
    ([, attributes = '']): Record<string, string> =>
      Object.fromEntries(
        [...attributes.matchAll(/([A-Z-]+)=("[^"]*"|[^,]*)/g)].map(([, name, value]) => [name, value]),
      ),
  );
  return new Map(tags.map((tag) => [tag.RESOLUTION ?? '', tag]));
}

export function readText(path: string): Promise<string> {
  return readFile(path, 'utf8');
}
