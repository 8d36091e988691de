import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { start } from './setup/system.ts';
import { createWorld } from './setup/world.ts';

/** A handful of each service's limits, tried where they matter; every one of them is in infra/nats/rights.test.ts. */
const system = inject('system');
const { containers } = createWorld(system);
const ID = '0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e';
const UPLOADS = 'rushes-uploads';
const MEDIA = 'rushes-media';

interface Limits {
  publish: string[];
  s3: [string, string][];
  /** Shows that what is tried in this way is not refused for another reason. */
  may: { publish: string[]; s3: [string, string][] };
}

const LIMITS: Record<string, Limits> = {
  'upload-api': {
    publish: [`video.packaged.${ID}`, '$JS.API.STREAM.DELETE.VIDEO', '$JS.API.STREAM.PURGE.VIDEO', '$KV.OPEN_VIDEOS.x'],
    s3: [['GetObject', MEDIA]],
    may: { publish: ['$JS.API.STREAM.INFO.KV_OPEN_VIDEOS'], s3: [['GetObject', UPLOADS]] },
  },
  's3-event-ingest': {
    publish: [`video.requested.${ID}`, `video.deleted.${ID}`, '$JS.API.CONSUMER.MSG.NEXT.VIDEO.transcoder'],
    s3: [
      ['PutObject', UPLOADS],
      ['GetObject', MEDIA],
    ],
    may: { publish: ['$JS.API.CONSUMER.INFO.VIDEO.transcoder'], s3: [['GetObject', UPLOADS]] },
  },
  transcoder: {
    publish: [
      `video.packaged.${ID}`,
      `video.uploaded.${ID}`,
      '$KV.CLAIMS.packager.test',
      '$JS.API.STREAM.UPDATE.VIDEO',
    ],
    s3: [
      ['PutObject', UPLOADS],
      ['DeleteObject', MEDIA],
    ],
    may: { publish: [`progress.${ID}.transcoder`], s3: [['GetObject', UPLOADS]] },
  },
  thumbnailer: {
    publish: [`video.transcoded.${ID}`, `segment.${ID}`, `progress.${ID}.packager`, '$JS.ACK.VIDEO.packager.1.1.1.1.1'],
    s3: [
      ['GetObject', UPLOADS],
      ['DeleteObject', MEDIA],
    ],
    may: { publish: [`progress.${ID}.thumbnailer`], s3: [['GetObject', MEDIA]] },
  },
  packager: {
    publish: [`video.thumbnailed.${ID}`, `video.deleted.${ID}`, '$JS.API.CONSUMER.DELETE.VIDEO.packager'],
    s3: [
      ['GetObject', UPLOADS],
      ['DeleteObject', UPLOADS],
    ],
    may: { publish: ['$JS.API.CONSUMER.INFO.VIDEO.packager'], s3: [['GetObject', MEDIA]] },
  },
  catalog: {
    publish: [`video.updated.${ID}`, '$JS.API.CONSUMER.MSG.NEXT.VIDEO.packager', '$JS.API.STREAM.PURGE.VIDEO'],
    s3: [],
    may: { publish: ['$JS.API.STREAM.INFO.KV_DEAD_LETTERS'], s3: [] },
  },
  subscriber: {
    publish: [`video.requested.${ID}`, '$JS.API.CONSUMER.DELETE.VIDEO.transcoder', '$JS.ACK.VIDEO.packager.1.1.1.1.1'],
    s3: [],
    may: { publish: ['$JS.API.STREAM.INFO.VIDEO'], s3: [] },
  },
};
/** Of others: answers that are meant for them, and everything. */
const FOREIGN = ['_INBOX_admin.>', '_INBOX.>', '>'];

beforeAll(() => start(system, 'subscriber', { alias: 'subscriber' }));
afterAll(() => containers.remove('subscriber'));

const lastSequence = async () =>
  (await containers.inside<{ lastSequence: number }>('keeper', 'stream.mjs', 'VIDEO')).lastSequence;

describe.each(Object.entries(LIMITS))('%s, with its own credentials and from its own container,', (name, limits) => {
  const s3 = (calls: [string, string][]) => calls.map((call) => [...call, `uploads/${ID}/source`]);

  it('is refused what it must not do, and leaves no trace in the log', async () => {
    const before = await lastSequence();
    const wish = { user: name, publish: limits.publish, subscribe: FOREIGN, s3: s3(limits.s3) };
    const answers = await containers.inside<object>(name, 'attempt.mjs', JSON.stringify(wish));
    expect(Object.keys(answers)).toHaveLength(limits.publish.length + FOREIGN.length + limits.s3.length);
    expect(Object.entries(answers).filter(([, answer]) => answer !== 'refused')).toEqual([]);
    expect(await lastSequence()).toBe(before);
  });

  it('is not refused what it has to do', async () => {
    const wish = { user: name, publish: limits.may.publish, subscribe: [`_INBOX_${name}.x`], s3: s3(limits.may.s3) };
    const answers = await containers.inside<object>(name, 'attempt.mjs', JSON.stringify(wish));
    expect(new Set(Object.values(answers))).toEqual(new Set(['allowed']));
  });
});

it('catalog and the subscriber have no keys of the object store', async () => {
  for (const name of ['catalog', 'subscriber']) {
    expect(await containers.inside(name, 'keys.mjs')).toEqual([]);
  }
  expect(await containers.inside('packager', 'keys.mjs')).not.toEqual([]);
});
