import { readdirSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Endpoints } from '@rushes/infra/testing';
import { parseEvent } from '@rushes/shared/events';
import { fold, present, type VideoView } from '@rushes/shared/video';
import hlsParser from 'hls-parser';
import { expect } from 'vitest';
import { type Api, getEvents, getVideo, type StoredEvent, until, untilDone } from '../../setup/client.ts';

/**
 * What must hold of a video after whatever was done to the system: one outcome a generation, every event once, the read
 * model is the fold of the log, and what is published is all there.
 */
export async function expectWhole(api: Api, endpoints: Endpoints, id: string): Promise<VideoView> {
  const events = await getEvents(api, id);
  expect(new Set(events.map((event) => event.id)).size, 'an event is there twice').toBe(events.length);
  const generations = new Set(events.map(({ generation }) => generation));
  for (const generation of generations) expect(outcomesOf(events, generation), 'outcomes').toHaveLength(1);
  const video = await until(
    'the read model to be the fold of the log',
    () => getVideo(api, id),
    (read) => JSON.stringify(comparable(read)) === JSON.stringify(comparable(foldOf(events, id, endpoints))),
    15,
  );
  if (video.playback !== null) await expectPlayable(video.playback.hls);
  return video;
}

/** Verbs of a history, in order. */
export const verbsOf = (events: readonly StoredEvent[]) => events.map(({ type }) => type.replace('video.', ''));

/**
 * What is done of a whole video. The beginning of a longer one comes before: its `transcoded` once, and behind that what the
 * other stages could make of it until the whole was there.
 */
export function wholeOf(events: readonly StoredEvent[]): string[] {
  const steps = verbsOf(events.filter(({ data }) => data.tier === 'first'));
  expect(['transcoded', 'thumbnailed', 'packaged'].slice(0, steps.length), 'the beginning').toEqual(steps);
  return verbsOf(events.filter(({ data }) => data.tier !== 'first'));
}

export const HAPPY = ['requested', 'uploaded', 'inspected', 'transcoded', 'thumbnailed', 'packaged'];

function outcomesOf(events: readonly StoredEvent[], generation: number): StoredEvent[] {
  return events.filter(
    (event) =>
      event.generation === generation &&
      (event.type === 'video.failed' ||
        event.type === 'video.cancelled' ||
        (event.type === 'video.packaged' && event.data.final === true)),
  );
}

function foldOf(events: readonly StoredEvent[], id: string, endpoints: Endpoints): VideoView {
  const parsed = events.flatMap((event) => {
    const result = parseEvent(`${event.type}.${id}`, JSON.stringify(event));
    return result.kind === 'event' ? [result.event] : [];
  });
  const state = fold(parsed);
  if (state.status === 'none') throw new Error(`${id} has no history`);
  return present(state, endpoints.media);
}

/** Percents are the catalog's addition. */
function comparable(view: VideoView): unknown {
  return { ...view, progress: null };
}

/** A video that was uploaded becomes ready with every event once, and nothing of the work is left behind. */
export async function expectHappy(api: Api, endpoints: Endpoints, id: string): Promise<void> {
  expect(await untilDone(api, id, 90)).toMatchObject({ status: 'ready', final: true, error: null });
  await expectWhole(api, endpoints, id);
  expect(wholeOf(await getEvents(api, id))).toEqual(HAPPY);
  await expectClean(endpoints);
}

/** Fetches the master, every playlist it names, and asks for every segment. */
export async function expectPlayable(masterUrl: string): Promise<void> {
  const master = hlsParser.parse(await textOf(masterUrl)) as hlsParser.types.MasterPlaylist;
  const audio = master.variants.flatMap((variant) => variant.audio.flatMap(({ uri }) => (uri ? [uri] : [])));
  const uris = new Set([...master.variants.map(({ uri }) => uri), ...audio]);
  expect(uris.size).toBeGreaterThan(0);
  for (const uri of uris) {
    const url = new URL(uri, masterUrl).href;
    const playlist = hlsParser.parse(await textOf(url)) as hlsParser.types.MediaPlaylist;
    expect(playlist.endlist, `${url} has an end`).toBe(true);
    for (const segment of playlist.segments) {
      const answer = await fetch(new URL(segment.uri, url), { method: 'HEAD' });
      expect(answer.status, segment.uri).toBe(200);
    }
  }
}

async function textOf(url: string): Promise<string> {
  const answer = await fetch(url);
  expect(answer.status, url).toBe(200);
  return answer.text();
}

/** Nothing of any job is left in scratch, and no media tool runs on it. */
export async function expectClean(endpoints: Endpoints): Promise<void> {
  for (const stage of ['transcoder', 'thumbnailer', 'packager']) {
    await until(
      `the scratch of ${stage} to be empty`,
      () => readdir(join(endpoints.scratch, stage)).catch(() => []),
      (left) => left.length === 0,
      10,
    );
  }
  await until(
    'no media tool to run',
    async () => toolsOn(endpoints.scratch),
    (pids) => pids.length === 0,
    10,
  );
}

/** Process ids of ffmpeg and ffprobe that work in a folder. */
export function toolsOn(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return /ff(mpeg|probe)/.test(command.split('\0')[0] ?? '') && command.includes(folder);
      } catch {
        // It ended while the list was read.
        return false;
      }
    })
    .map(Number);
}
