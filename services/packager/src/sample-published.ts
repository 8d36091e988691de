import { thumbnailed } from '@rushes/shared/events';
import { VIDEO_ID } from '@rushes/shared/testing';
import type { PackageFacts } from './core/facts.ts';
import type { memoryStorage } from './memory-storage.ts';

/** Stores media and facts of a package for tests. The first segment of each track is in a page, as those of long videos are. */
export function storeFacts(bucket: Pick<ReturnType<typeof memoryStorage>, 'store'>, facts: PackageFacts): void {
  for (const { track, segments } of [...facts.videos, ...facts.audios]) {
    const [first, ...rest] = segments;
    const folder = track.init.key.slice(0, track.init.key.lastIndexOf('/'));
    const page = `${folder}/page-00001.json`;
    bucket.store(page, JSON.stringify({ segments: first === undefined ? [] : [first] }));
    bucket.store(`${folder}/track.json`, JSON.stringify({ ...track, pages: [page], segments: rest }));
    bucket.store(track.init.key, Buffer.alloc(track.init.bytes));
    for (const { key, bytes } of segments) bucket.store(key, Buffer.alloc(bytes));
  }
  if (facts.mp4 != null) bucket.store(facts.mp4.key, Buffer.alloc(facts.mp4.size));
}

/** The event that asks for a package of these facts. */
export function picturesOf(facts: PackageFacts) {
  const { tier, durationSeconds, videos, audios, subtitles, mp4 } = facts;
  return thumbnailed(
    { videoId: VIDEO_ID, generation: 1, service: 'test', now: new Date(0), discriminator: tier },
    {
      tier,
      final: tier !== 'first',
      poster: { time: 1, width: 1280, height: 720, jpeg: 'p.jpg', webp: 'p.webp' },
      renditions: videos.map(({ rendition }) => rendition),
      audio: audios.map(({ audio }) => audio),
      subtitles: [...subtitles],
      mp4,
      durationSeconds,
      visibility: 'public',
    },
  );
}
