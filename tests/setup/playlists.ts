import hlsParser from 'hls-parser';
import type { Api } from './client.ts';
import { getEvents } from './client.ts';

/** A media playlist as a player gets it. */
export interface Listed {
  url: string;
  text: string;
  type: string | undefined;
  hasEnd: boolean;
  /** Absolute. */
  segments: string[];
  seconds: number;
}

async function textOf(url: string): Promise<string> {
  const answer = await fetch(url);
  if (answer.status !== 200) throw new Error(`GET ${url}: ${answer.status}`);
  return answer.text();
}

/** All media playlists that a master names, by their track's id; those of keyframes alone are left out. */
export async function readPlaylists(masterUrl: string): Promise<Map<string, Listed>> {
  const master = hlsParser.parse(await textOf(masterUrl));
  if (!master.isMasterPlaylist) throw new Error(`${masterUrl} is not a master playlist`);
  const uris = new Set(
    master.variants
      .filter(({ isIFrameOnly }) => !isIFrameOnly)
      .flatMap(({ uri, audio }) => [uri, ...audio.flatMap((sound) => sound.uri ?? [])]),
  );
  const entries = [...uris].map(async (uri): Promise<[string, Listed]> => {
    const url = new URL(uri, masterUrl).href;
    const text = await textOf(url);
    const list = hlsParser.parse(text);
    if (list.isMasterPlaylist) throw new Error(`${url} is a master playlist`);
    return [
      uri.replace('.m3u8', ''),
      {
        ...{ url, text, type: list.playlistType, hasEnd: list.endlist },
        segments: list.segments.map((segment) => new URL(segment.uri, url).href),
        seconds: list.segments.reduce((sum, { duration }) => sum + duration, 0),
      },
    ];
  });
  return new Map(await Promise.all(entries));
}

/** Events of a video by verb and tier: `inspected`, `transcoded first` … */
export async function stepsOf(api: Api, id: string): Promise<string[]> {
  const events = await getEvents(api, id);
  return events.map(({ type, data }) => [type.replace('video.', ''), data.tier].filter(Boolean).join(' '));
}

/** Segments that the newest facts of each track hold, by the track's id; `keys` of `track.json` in the media bucket. */
export async function segmentsInFacts(media: string, keys: readonly string[]): Promise<Map<string, number>> {
  const facts = await Promise.all(
    keys.map(async (key) => JSON.parse(await textOf(`${media}/${key}`)) as { rendition: string; segments: unknown[] }),
  );
  return new Map(facts.map(({ rendition, segments }) => [rendition, segments.length]));
}
