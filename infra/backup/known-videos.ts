import { readPage, STREAM } from '@rushes/shared/log';
import type { NatsConnection } from 'nats';

const PAGE = 1_000;

/** The ids of all videos there ever were, in the order they were asked for. */
export async function* allVideos(connection: NatsConnection): AsyncIterable<string> {
  for (let from: number | null = 1; from !== null; ) {
    const page: Awaited<ReturnType<typeof readPage>> = await readPage(connection, STREAM, {
      subjects: 'video.requested.*',
      from,
      limit: PAGE,
    });
    for (const { subject } of page.messages) yield subject.split('.')[2] ?? '';
    from = page.next;
  }
}
