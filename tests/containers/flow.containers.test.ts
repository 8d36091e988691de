import { expect, inject, it } from 'vitest';
import { getVideo } from '../setup/client.ts';
import { createWorld, shortClip } from './setup/world.ts';

const { api, upload, untilWhole } = createWorld(inject('system'));

it('a video that is uploaded through the edge becomes ready, with every service in a container of its own', async () => {
  const id = await upload(await shortClip());
  await untilWhole(id);
  const { playback, thumbnails } = await getVideo(api, id);
  expect(playback?.hls.startsWith(`${api.origin}/media/`)).toBe(true);
  const poster = await fetch(thumbnails?.poster.jpeg ?? '');
  expect([poster.status, poster.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
});
