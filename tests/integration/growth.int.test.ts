import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findTools, startPlatform, type TestPlatform } from '@rushes/infra/testing';
import { makeClip } from '@rushes/shared/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServices, type RunningService, type Services } from '../faults/setup/services.ts';
import { expectWhole } from '../faults/setup/truth.ts';
import { type Api, getEvents, getVideo, put, register, until, untilDone } from '../setup/client.ts';
import { type Listed, readPlaylists, segmentsInFacts, stepsOf } from '../setup/playlists.ts';

const run = promisify(execFile);
const tools = findTools(process.env);

/** The whole of Rushes but its transcoder, which the test runs itself, so that an encode can be held where it is. */
let home: string;
let platform: TestPlatform;
let services: Services;
let api: Api;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'rushes-growth-'));
  platform = await startPlatform({ home, env: { ACK_WAIT: '2s' }, args: ['--without', 'transcoder'] });
  services = createServices(home, () => platform.endpoints);
  api = { origin: platform.endpoints.origin };
});
afterAll(async () => {
  await services.stopAll();
  await platform.stop();
  await rm(home, { recursive: true, force: true });
});

const length = (playlists: ReadonlyMap<string, Listed>) =>
  [...playlists.values()].reduce((sum, { segments }) => sum + segments.length, 0);

describe('a video of 42 seconds', () => {
  let transcoder: RunningService;
  let id: string;
  let master: string;
  let seen: Map<string, Listed>;

  it('plays while most of it is still to be encoded', async () => {
    const clip = await makeClip(tools.ffmpeg, join(home, 'clips'), {
      ...{ name: 'growing.mp4', seconds: 42, width: 640, height: 360, rate: '15', audio: true },
    });
    transcoder = await services.start('transcoder', { steps: ['appended', 'part'] });
    const created = await register(api, clip, { profile: 'fast' });
    id = created.video.id;
    expect(await put(created, clip)).toBe(200);
    await transcoder.reached('appended', id);
    transcoder.go();
    await transcoder.reached('appended', id);

    const video = await until(
      'the beginning to play',
      () => getVideo(api, id),
      ({ status }) => status === 'playable',
    );
    expect(await stepsOf(api, id)).toEqual([
      'requested',
      'uploaded',
      'inspected',
      'transcoded first',
      'thumbnailed first',
      'packaged first',
    ]);
    expect(video).toMatchObject({ final: false, playback: { dash: null } });
    expect(video.durationSeconds).toBeCloseTo(42, 0);
    expect(video.thumbnails?.images.length).toBeGreaterThan(0);
    master = video.playback?.hls ?? '';
    seen = await readPlaylists(master);
    expect([...seen.keys()].toSorted()).toEqual(['aac-low-und', 'aac-und', 'h264-240', 'h264-360']);
    for (const { type, hasEnd, segments } of seen.values()) {
      expect({ type, hasEnd }).toEqual({ type: 'EVENT', hasEnd: false });
      expect(segments.length).toBeGreaterThanOrEqual(2);
      expect(segments.length).toBeLessThan(7);
      for (const segment of segments) expect((await fetch(segment, { method: 'HEAD' })).status, segment).toBe(200);
    }
    // Ten seconds of the twelve that are there, from the start, as a player that was told where to begin.
    const first = ['-v', 'warning', '-live_start_index', '0', '-t', '10', '-i', master];
    const { stderr } = await run(tools.ffmpeg, [...first, '-map', '0:v', '-map', '0:a', '-f', 'null', '-']);
    expect(stderr).toBe('');
  });

  it('grows for its viewers as it is encoded, by additions alone', async () => {
    const [event] = (await getEvents(api, id)).filter(({ type }) => type === 'video.transcoded');
    const data = event?.data as { renditions: { track: string }[]; audio: { track: string }[] };
    const keys = [...data.renditions, ...data.audio].map(({ track }) => track);
    const before = length(seen);
    for (let held = 1; held <= 3; held += 1) {
      transcoder.go();
      await transcoder.reached('part', id);
      const now = await until(
        'the playlists to be as long as the facts',
        async () => ({
          facts: await segmentsInFacts(platform.endpoints.media, keys),
          lists: await readPlaylists(master),
        }),
        ({ facts, lists }) => [...facts].every(([track, count]) => lists.get(track)?.segments.length === count),
      );
      for (const [track, { text }] of seen) expect(now.lists.get(track)?.text.startsWith(text), track).toBe(true);
      seen = now.lists;
    }
    expect(length(seen)).toBeGreaterThan(before);
    expect(await getVideo(api, id)).toMatchObject({ status: 'playable', final: false });
  });

  it('is whole in the end, with all that was listed before', async () => {
    transcoder.passAll();
    expect(await untilDone(api, id)).toMatchObject({ status: 'ready', final: true, error: null });
    const steps = await stepsOf(api, id);
    for (const verb of ['transcoded', 'thumbnailed', 'packaged']) {
      expect(steps.filter((step) => step.startsWith(verb))).toEqual([`${verb} first`, `${verb} standard`]);
    }
    const whole = await readPlaylists(master);
    for (const [track, { segments, type, hasEnd, seconds }] of whole) {
      expect({ type, hasEnd }).toEqual({ type: 'VOD', hasEnd: true });
      expect(segments.slice(0, seen.get(track)?.segments.length)).toEqual(seen.get(track)?.segments);
      expect(Math.abs(seconds - 42)).toBeLessThan(0.1);
    }
    expect([...whole.keys()].toSorted()).toEqual([...seen.keys()].toSorted());
    await expectWhole(api, platform.endpoints, id);
  });
});
