import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { HAPPY } from '../faults/setup/truth.ts';
import { until } from '../setup/client.ts';
import { start } from './setup/system.ts';
import { createWorld, shortClip } from './setup/world.ts';

interface Line {
  listening?: true;
  heard?: string;
  consumed?: string;
  error?: string;
  videoId?: string;
}

const system = inject('system');
const { containers, upload, untilWhole } = createWorld(system);

beforeAll(() => start(system, 'subscriber', { alias: 'reports' }));
afterAll(() => containers.remove('reports'));

const lines = async () =>
  (await containers.logs('reports')).split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line]));
const said = (what: string, holds: (all: Line[]) => boolean) => until(`the other system to ${what}`, lines, holds, 30);
const times = (all: Line[], id: string) => all.filter(({ videoId, consumed }) => consumed && videoId === id).length;

describe('another system, in a container of its own as the user subscriber,', () => {
  it('hears every event of a video on video.*, and consumes what it missed by its durable, each once', async () => {
    await said('listen', (all) => all.some(({ listening }) => listening));
    const first = await upload(await shortClip());
    await untilWhole(first);
    const heard = await said('consume', (all) => times(all, first) === 1);
    const subjects = heard.filter(({ heard, videoId }) => heard && videoId === first).map(({ heard }) => heard);
    expect(subjects).toEqual(HAPPY.map((verb) => `video.${verb}`));

    expect(await containers.stop('reports')).toBe(0);
    const missed = await upload(await shortClip());
    await untilWhole(missed);
    await containers.startAgain('reports');
    const all = await said('consume what it missed', (now) => times(now, missed) === 1);
    expect(times(all, first)).toBe(1);
    expect(all.filter(({ error }) => error)).toEqual([]);
  });
});
