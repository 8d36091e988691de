import { parseJson } from '@rushes/shared/json';
import { readLast, readPage, STREAM } from '@rushes/shared/log';
import type { Runtime } from '@rushes/shared/service';
import { z } from 'zod';

/** Looks at many videos' histories at once, where one after the other would be too dear. */
export interface LogPages {
  /** Which verbs that decide about an upload each of these videos has; a thousand videos cost five requests. */
  uploadVerbs(videoIds: readonly string[]): Promise<Map<string, Set<string>>>;
  /** A page of events, the whole log's or one verb's. */
  events(verb: string, from: number, limit: number): Promise<{ events: PagedEvent[]; next: number | null }>;
}

export interface PagedEvent {
  sequence: number;
  subject: string;
  /** Whether a `packaged` says that it is the last. */
  isFinal(): boolean;
}

const UPLOAD_VERBS = ['requested', 'uploaded', 'cancelled', 'deleted'];
const finalSchema = z.object({ data: z.object({ final: z.literal(true) }) });
const decoder = new TextDecoder();

export function createLogPages(connection: Runtime['connection']): LogPages {
  return {
    async uploadVerbs(videoIds) {
      const subjects = videoIds.flatMap((videoId) => UPLOAD_VERBS.map((verb) => `video.${verb}.${videoId}`));
      const verbs = new Map(videoIds.map((videoId) => [videoId, new Set<string>()]));
      for (const { subject } of await readLast(connection, STREAM, subjects)) {
        const [, verb = '', videoId = ''] = subject.split('.');
        verbs.get(videoId)?.add(verb);
      }
      return verbs;
    },
    async events(verb, from, limit) {
      const { messages, next } = await readPage(connection, STREAM, { subjects: `video.${verb}.*`, from, limit });
      const events = messages.map(({ sequence, subject, data }) => ({
        sequence,
        subject,
        isFinal: () => finalSchema.safeParse(parseJson(decoder.decode(data))).success,
      }));
      return { events, next };
    },
  };
}
