import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { a, VIDEO_ID } from '../testing/index.ts';
import { parseEvent, subjectOf, VERBS } from './index.ts';

const folder = new URL('./fixtures/', import.meta.url);
const fixtures = readdirSync(folder).map((name) => ({ name, body: readFileSync(new URL(name, folder), 'utf8') }));

describe('stored events of every version', () => {
  it.each(fixtures)('$name still parses, and nothing of it is lost', ({ body }) => {
    const stored = JSON.parse(body);
    const parsed = parseEvent(`${stored.type}.${stored.subject}`, body);
    expect(parsed).toEqual({ kind: 'event', event: stored });
  });
  it('cover every verb', () => {
    const covered = new Set(fixtures.map(({ body }) => JSON.parse(body).type.replace('video.', '')));
    expect([...covered].sort()).toEqual([...VERBS].sort());
  });
});

describe('parsing', () => {
  it('names every field that is wrong', () => {
    const event = { ...a.uploaded(), generation: 0, data: { ...a.uploaded().data, etag: 5 } };
    expect(parseEvent(subjectOf(a.uploaded()), JSON.stringify(event))).toMatchObject({
      kind: 'invalid',
      verb: 'uploaded',
      problems: [expect.stringMatching(/^\/generation: /), expect.stringMatching(/^\/data\/etag: /)],
    });
  });
  it('keeps fields that a newer writer added, at every depth', () => {
    const event = a.transcoded();
    const newer = {
      ...event,
      more: 1,
      data: { ...event.data, renditions: [{ ...event.data.renditions[0], grain: 7 }] },
    };
    expect(parseEvent(subjectOf(event), JSON.stringify(newer))).toEqual({ kind: 'event', event: newer });
  });
  it('tells a verb that it does not know from one in a wrong form', () => {
    expect(parseEvent(`video.captioned.${VIDEO_ID}`, '{}')).toEqual({ kind: 'unknown', verb: 'captioned' });
    expect(parseEvent(`video.deleted.${VIDEO_ID}`, 'no json')).toMatchObject({ kind: 'invalid' });
  });
  it('refuses an event stored under another video or verb', () => {
    const body = JSON.stringify(a.deleted());
    expect(parseEvent('video.deleted.0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5f', body)).toMatchObject({ kind: 'invalid' });
    expect(parseEvent(`video.expired.${VIDEO_ID}`, body)).toMatchObject({ kind: 'invalid' });
  });
  it('never throws, whatever stands in the stream', () => {
    fc.assert(
      fc.property(fc.constantFrom(...VERBS, 'other'), fc.oneof(fc.string(), fc.json()), (verb, body) => {
        expect(['event', 'unknown', 'invalid']).toContain(parseEvent(`video.${verb}.${VIDEO_ID}`, body).kind);
      }),
    );
  });
});

describe('an event id', () => {
  it('is the same for the same outcome', () => {
    expect(a.packaged().id).toBe(`${VIDEO_ID}:1:packaged:standard`);
    expect(a.transcoded('first', 2).id).toBe(`${VIDEO_ID}:2:transcoded:first`);
    expect(a.uploaded().id).toBe(`${VIDEO_ID}:1:uploaded`);
  });
});
