import type { NatsConnection } from 'nats';
import { videoIdSchema } from '../events/fields.ts';
import { readPage } from '../log/index.ts';
import { type OpenEntry, parseOpenEntry } from './entry.ts';

/** The bucket's name. Its keys are video ids; any other key is not a video. */
export const OPEN_VIDEOS = 'OPEN_VIDEOS';
const SUBJECTS = `$KV.${OPEN_VIDEOS}.`;

export interface OpenVideo {
  videoId: string;
  /** Null: it cannot be read. */
  entry: OpenEntry | null;
  revision: number;
}

export interface OpenVideosPage {
  videos: OpenVideo[];
  /** First sequence of the next page; null at the end. */
  next: number | null;
}

const decoder = new TextDecoder();

/**
 * A page of the index in the order of its last changes. It may hold fewer videos than asked for: the markers of removed ones
 * count too. Throws Failure `bus_unavailable`.
 */
export async function readOpenVideos(
  connection: NatsConnection,
  page: { from: number; limit: number },
): Promise<OpenVideosPage> {
  const { messages, next } = await readPage(connection, `KV_${OPEN_VIDEOS}`, { ...page, subjects: `${SUBJECTS}>` });
  const videos = messages.flatMap(({ subject, sequence, data, headers }) => {
    const videoId = subject.slice(SUBJECTS.length);
    // A marker of a key that was removed, by us or by hand.
    if (headers?.get('KV-Operation') || !videoIdSchema.safeParse(videoId).success) return [];
    return [{ videoId, entry: parseOpenEntry(decoder.decode(data)), revision: sequence }];
  });
  return { videos, next };
}
