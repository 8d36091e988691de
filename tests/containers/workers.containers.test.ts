import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { getEvents } from '../setup/client.ts';
import { start } from './setup/system.ts';
import { createWorld, longClip } from './setup/world.ts';

interface Claim {
  videoId: string;
  /** Begins with the host name of its container. */
  worker: string;
  attempt: number;
}

const system = inject('system');
const { api, containers, upload, untilWhole } = createWorld(system);
const TRANSCODERS = ['transcoder', 'transcoder-2', 'transcoder-3'];

beforeAll(async () => {
  await Promise.all(TRANSCODERS.slice(1).map((alias) => start(system, 'transcoder', { alias })));
  await containers.untilReady(TRANSCODERS);
});
afterAll(() => Promise.all(TRANSCODERS.slice(1).map((alias) => containers.remove(alias))));

describe('three transcoders', () => {
  it('share the work, and what one had begun that is killed another ends; each video becomes ready once', async () => {
    const clip = await longClip();
    const ids = await Promise.all(Array.from({ length: 6 }, () => upload(clip)));
    const { victim, videoId, attempt } = await inTheMiddle();
    await containers.kill(victim);
    for (const id of ids) await untilWhole(id, 120);
    const transcoded = (await getEvents(api, videoId)).find(({ type }) => type === 'video.transcoded');
    expect(JSON.stringify(transcoded?.data.renditions), 'by a later attempt').toContain(`/a${attempt + 1}/`);
    for (const alias of TRANSCODERS) {
      const log = await containers.logs(alias);
      expect(ids.filter((id) => log.includes(id)).length, `videos that ${alias} had`).toBeGreaterThan(0);
    }
    await containers.startAgain(victim);
    await containers.untilReady([victim]);
  });
});

/** A transcoder that stands still now, and a video of which it has stored a part and not told the end. */
async function inTheMiddle(): Promise<Claim & { victim: string }> {
  const hosts = new Map<string, string>();
  for (const alias of TRANSCODERS) hosts.set(await containers.inspect(alias, '{{.Config.Hostname}}'), alias);
  for (;;) {
    const claim = await containers.inside<Claim>('keeper', 'half-done.mjs', 'transcoder');
    const victim = hosts.get(claim.worker.split('-')[0] ?? '');
    if (victim === undefined) throw new Error(`${claim.worker} is none of the three`);
    await containers.pause(victim);
    const events = await getEvents(api, claim.videoId);
    if (!events.some(({ type }) => type === 'video.transcoded')) return { ...claim, victim };
    await containers.unpause(victim);
  }
}
