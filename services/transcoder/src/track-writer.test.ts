import { Failure } from '@rushes/shared/errors';
import { type Track, trackSchema } from '@rushes/shared/tracks';
import { describe, expect, it } from 'vitest';
import type { TrackSpec } from './core/facts.ts';
import type { KeptTrack } from './core/resume.ts';
import type { SegmenterItem } from './core/segment.ts';
import { createTrackWriter, type TrackTarget } from './track-writer.ts';

const spec: TrackSpec = {
  kind: 'audio',
  id: 'aac-en',
  audio: { id: 'aac-en', codec: 'aac', channels: 2, bitrate: 128_000, language: 'en', sourceStream: 1 },
  segmentSeconds: 6,
};
const init: SegmenterItem = {
  kind: 'init',
  init: { bytes: new Uint8Array(3), codecs: 'mp4a.40.2', timescale: 48_000, priming: 1024 },
};
const segment = (number: number): SegmenterItem => ({
  kind: 'segment',
  segment: { number, bytes: new Uint8Array(9), start: (number - 1) * 288_000, duration: 288_000, keyframes: [] },
});
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** A writer into memory; `gate` is awaited before each write. */
function writerWith(gate: (key: string) => Promise<void> = async () => {}, kept?: KeptTrack) {
  const stored = new Map<string, string>();
  const order: string[] = [];
  const recorded: (number | 'segment')[] = [];
  const target: TrackTarget = {
    bucket: 'media',
    folder: 'f',
    signal: new AbortController().signal,
    storage: {
      async put(_bucket, key, body) {
        await gate(key);
        order.push(key);
        stored.set(key, body.toString());
        return { kind: 'stored', etag: `${order.length}` };
      },
    },
    onStored: async ({ segments }) => {
      recorded.push(segments);
    },
    onSegment: async () => {
      recorded.push('segment');
    },
    encodeSeconds: () => 7,
    kept,
  };
  const facts = (): Track => trackSchema.parse(JSON.parse(stored.get('f/track.json') ?? ''));
  return { writer: createTrackWriter(spec, target), order, recorded, stored, facts };
}

describe('createTrackWriter', () => {
  it('writes a segment, then the facts that name it, then the claim', async () => {
    const { writer, order, recorded, facts } = writerWith();
    await writer.add(init);
    await writer.add(segment(1));
    const written = await writer.finish();
    expect(order).toEqual(['f/init.mp4', 'f/00001.m4s', 'f/track.json', 'f/track.json']);
    expect(recorded).toEqual([1, 'segment', 1]);
    expect(facts()).toMatchObject({ complete: true, segments: [{ key: 'f/00001.m4s', bytes: 9 }] });
    expect(written.segments).toHaveLength(1);
  });

  it('closes a page after a hundred segments and starts the open one anew', async () => {
    const { writer, order, facts, stored } = writerWith();
    await writer.add(init);
    for (let number = 1; number <= 101; number += 1) await writer.add(segment(number));
    const written = await writer.finish();
    expect(order.filter((key) => key.includes('page'))).toEqual(['f/page-00001.json']);
    expect(JSON.parse(stored.get('f/page-00001.json') ?? '').segments).toHaveLength(100);
    expect(facts()).toMatchObject({ pages: ['f/page-00001.json'], segments: [{ key: 'f/00101.m4s' }] });
    expect(written.segments).toHaveLength(101);
  });

  it('lets a few pieces wait and then holds the encoder back until they are stored', async () => {
    const gate = Promise.withResolvers<void>();
    const { writer } = writerWith(() => gate.promise);
    await writer.add(init);
    await writer.add(segment(1));
    expect(writer.isHeld()).toBe(false);
    let released = false;
    const held = writer.add(segment(2)).then(() => {
      released = true;
    });
    await nextTurn();
    expect([writer.isHeld(), released]).toEqual([true, false]);
    gate.resolve();
    await held;
    expect(writer.isHeld()).toBe(false);
  });

  it('throws a failed write at the next piece, and writes no facts that would name it', async () => {
    const refusal = new Failure('storage_unavailable');
    const { writer, order } = writerWith(async (key) => {
      if (key === 'f/00001.m4s') throw refusal;
    });
    await writer.add(init);
    await writer.add(segment(1));
    await nextTurn();
    await expect(writer.add(segment(2))).rejects.toBe(refusal);
    await expect(writer.finish()).rejects.toBe(refusal);
    expect(order).toEqual(['f/init.mp4']);
  });

  it('says with the last segment that there are no more, and then has nothing to add', async () => {
    const { writer, order, facts } = writerWith();
    await writer.add(init);
    await writer.add(segment(1), true);
    await writer.finish();
    expect(order).toEqual(['f/init.mp4', 'f/00001.m4s', 'f/track.json']);
    expect(facts()).toMatchObject({ complete: true, encodeSeconds: 7 });
  });

  it('goes on behind what is kept: old keys, then its own, in pages too', async () => {
    const old = Array.from({ length: 150 }, (_, index) => ({
      ...{ key: `e/${index + 1}`, start: index * 288_000, duration: 288_000, bytes: 9, keyframes: [] },
    }));
    const head = { codecs: 'mp4a.40.2', timescale: 48_000, init: { key: 'e/init.mp4', bytes: 3 } };
    const kept = { head, init: new Uint8Array(3), pages: ['e/page-00001.json'], segments: old };
    const { writer, order, recorded, facts, stored } = writerWith(undefined, kept);
    expect(await writer.takeOver()).toMatchObject({ track: 'f/track.json', segments: 150 });
    expect(facts()).toMatchObject({ ...head, pages: ['e/page-00001.json'], segments: old.slice(100) });
    for (let number = 151; number <= 201; number += 1) await writer.add(segment(number), number === 201);
    const written = await writer.finish();
    expect(written.segments.map(({ key }) => key).slice(148, 152)).toEqual([
      'e/149',
      'e/150',
      'f/00151.m4s',
      'f/00152.m4s',
    ]);
    expect(order).not.toContain('f/init.mp4');
    expect(order).not.toContain('f/page-00001.json');
    const page: { segments: { key: string }[] } = JSON.parse(stored.get('f/page-00002.json') ?? '');
    expect(page.segments.map(({ key }) => key).slice(48, 52)).toEqual(['e/149', 'e/150', 'f/00151.m4s', 'f/00152.m4s']);
    expect(facts()).toMatchObject({
      pages: ['e/page-00001.json', 'f/page-00002.json'],
      segments: [{ key: 'f/00201.m4s' }],
      complete: true,
    });
    expect(recorded[0]).toBe(151);
  });

  it('does not close a track that has nothing', async () => {
    const { writer } = writerWith();
    await writer.add(init);
    await expect(writer.finish()).rejects.toThrow('aac-en: the encoder wrote nothing');
  });
});
