import { createLogger } from '@rushes/shared/service';
import { a } from '@rushes/shared/testing';
import { fold, type Video } from '@rushes/shared/video';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composePackage } from './core/compose.ts';
import { growing } from './core/sample-facts.ts';
import { publishPackage } from './publish.ts';
import { given, published, whole } from './sample-growth.ts';
import { picturesOf, storeFacts } from './sample-published.ts';

const lengths = fc.array(fc.integer({ min: 2, max: 5 }), { minLength: 1, maxLength: 4 });
/** Announcements of several workers at once, one batch after the other. */
const batches = fc.array(fc.array(lengths, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 });

/** Every version that was written of each media playlist, in order. */
function versions({ bucket }: ReturnType<typeof given>) {
  const written = new Map<string, string[]>();
  const { put } = bucket.storage;
  bucket.storage.put = async (name, key, body, options) => {
    const result = await put(name, key, body, options);
    if (result.kind === 'stored') written.set(key, [...(written.get(key) ?? []), body.toString()]);
    return result;
  };
  return written;
}

describe('growVideo, whatever comes in whatever order', () => {
  it('only ever adds to a playlist, and ends with what the facts hold', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (all) => {
        const video = given();
        const written = versions(video);
        const most = [2, 2, 2];
        for (const batch of all) {
          for (const told of batch) {
            for (const index of most.keys()) {
              most[index] = Math.max(most[index] ?? 2, told[index] ?? told.at(-1) ?? 2);
            }
          }
          storeFacts(video.bucket, growing(whole, ...most));
          await Promise.all(batch.map((told) => video.announce(growing(whole, ...told))));
        }
        for (const [key, texts] of written) {
          for (const [index, text] of texts.entries()) expect(text.startsWith(texts[index - 1] ?? '')).toBe(true);
          const name = key.split('/').at(-1) ?? '';
          expect(texts.at(-1)).toBe(published(growing(whole, ...most), name));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('never touches what the whole was published as, though both happen at once', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (all) => {
        const video = given();
        storeFacts(video.bucket, whole);
        const { state } = await video.eventLog.read(a.requested().subject);
        const standard = fold([a.transcoded(), picturesOf(whole)], state) as Video;
        const publishing = publishPackage(
          { storage: video.bucket.storage, bucket: 'media' },
          {
            ...{ video: standard, job: 'standard', signal: new AbortController().signal },
            ...{ log: createLogger('packager', 'silent'), progress: () => undefined },
          },
        );
        for (const batch of all) await Promise.all(batch.map((told) => video.announce(growing(whole, ...told))));
        await publishing;
        await video.announce(whole);
        for (const { key, text } of composePackage(whole)) {
          expect(video.bucket.objects.get(key)?.body.toString()).toBe(text);
        }
      }),
      { numRuns: 25 },
    );
  });
});
