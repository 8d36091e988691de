import { createLogger } from '@rushes/shared/service';
import { a } from '@rushes/shared/testing';
import { fold, type Video } from '@rushes/shared/video';
import fc, { type Scheduler } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composePackage } from './core/compose.ts';
import { growing } from './core/sample-facts.ts';
import { publishPackage } from './publish.ts';
import { given, published, whole } from './sample-growth.ts';
import { picturesOf, storeFacts } from './sample-published.ts';

/** How far each track of a ladder is. */
const lengths = fc.tuple(...Array.from({ length: 3 }, () => fc.integer({ min: 2, max: 5 })));
const announcements = fc.array(lengths, { minLength: 1, maxLength: 3 });

/** A video whose store answers its callers in any order; `written` are all versions of each key. */
function scheduled(scheduler: Scheduler) {
  const video = given();
  const written = new Map<string, string[]>();
  const { read, put } = video.bucket.storage;
  video.deps.storage = {
    ...video.bucket.storage,
    read: scheduler.scheduleFunction(read),
    put: scheduler.scheduleFunction(async (bucket, key, body, options) => {
      const result = await put(bucket, key, body, options);
      if (result.kind === 'stored') written.set(key, [...(written.get(key) ?? []), body.toString()]);
      return result;
    }),
  };
  return { ...video, written };
}

describe('growVideo, whatever comes in whatever order', () => {
  it('only ever adds to a playlist, and ends with what the facts hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), announcements, async (scheduler, all) => {
        const { bucket, announce, written } = scheduled(scheduler);
        const most = [2, 2, 2];
        const encoded = all.map(async (told) => {
          await scheduler.schedule(Promise.resolve());
          for (const [index, segments] of told.entries()) most[index] = Math.max(most[index] ?? 2, segments);
          storeFacts(bucket, growing(whole, ...most));
          return announce(growing(whole, ...told));
        });
        expect(await scheduler.waitFor(Promise.all(encoded))).toEqual(all.map(() => ({ kind: 'ack' })));
        for (const [key, texts] of written) {
          for (const [index, text] of texts.entries()) expect(text.startsWith(texts[index - 1] ?? '')).toBe(true);
          expect(texts.at(-1)).toBe(published(growing(whole, ...most), key.split('/').at(-1) ?? ''));
        }
      }),
      { numRuns: 20 },
    );
  });

  it('never touches what the whole was published as, though both happen at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), announcements, async (scheduler, all) => {
        const { bucket, deps, eventLog, announce } = scheduled(scheduler);
        storeFacts(bucket, whole);
        const { state } = await eventLog.read(a.requested().subject);
        const video = fold([a.transcoded(), picturesOf(whole)], state) as Video;
        const context = {
          ...{ video, job: 'standard', signal: new AbortController().signal },
          ...{ log: createLogger('packager', 'silent'), progress: () => undefined },
        };
        const work = [publishPackage(deps, context), ...all.map((told) => announce(growing(whole, ...told)))];
        await scheduler.waitFor(Promise.all(work));
        for (const { key, text } of composePackage(whole)) {
          expect(bucket.objects.get(key)?.body.toString()).toBe(text);
        }
      }),
      { numRuns: 20 },
    );
  });
});
