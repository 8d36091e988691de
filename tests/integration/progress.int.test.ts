import { join } from 'node:path';
import { findTools } from '@rushes/infra/testing';
import { TIERS } from '@rushes/shared/events';
import { makeClip } from '@rushes/shared/testing';
import { expect, inject, it } from 'vitest';
import { type LiveClient, openLive } from '../catalog/sse.ts';
import { put, register } from '../setup/client.ts';

const api = { origin: inject('endpoints').origin };
const STAGES = ['transcoder', 'thumbnailer', 'packager'];

interface Told {
  generation: number;
  stage: string;
  tier: (typeof TIERS)[number];
  percent: number;
  secondsLeft: number | null;
}

/** Where a message stands in the making of a video: tier, then stage, then percent. */
const placeOf = ({ tier, stage, percent }: Told) => [TIERS.indexOf(tier), STAGES.indexOf(stage), percent] as const;

function isBehind(told: Told, before: Told): boolean {
  const [now, then] = [placeOf(told), placeOf(before)];
  const first = now.findIndex((value, index) => value !== then[index]);
  return first !== -1 && (now[first] ?? 0) < (then[first] ?? 0);
}

async function watchToTheEnd(live: LiveClient): Promise<Told[]> {
  const events = await live.until(({ event, data }) => event === 'video' && data.final === true);
  live.close();
  return events.filter(({ event }) => event === 'progress').map(({ data }) => data as unknown as Told);
}

it('progress goes forward only, from the first percent of the encode to the package', async () => {
  const shape = { seconds: 14, width: 1280, height: 720, rate: '30', audio: true };
  const tools = findTools(process.env);
  const clip = await makeClip(tools.ffmpeg, join(inject('home'), 'clips'), { name: 'progress.mp4', ...shape });
  const created = await register(api, clip);
  const watched = watchToTheEnd(await openLive(`${api.origin}/v1/videos/${created.video.id}/live`));
  expect(await put(created, clip)).toBe(200);
  const told = await watched;

  expect(told.map(({ stage }) => stage)).toContain('transcoder');
  expect(told.every(({ tier, secondsLeft }) => TIERS.includes(tier) && secondsLeft !== undefined)).toBe(true);
  const backwards = told.filter((each, index) => index > 0 && isBehind(each, told[index - 1] ?? each));
  expect(backwards).toEqual([]);
});
