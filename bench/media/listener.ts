import type { Endpoints } from '@rushes/infra/testing';
import { type DataOf, dataSchemas, type Verb } from '@rushes/shared/events';
import { parseJson } from '@rushes/shared/json';
import { connect, StringCodec } from 'nats';

/** What the log said of one video; `at` is this process's clock, in milliseconds. */
interface Heard {
  verb: string;
  tier: string | undefined;
  final: boolean;
  data: unknown;
  at: number;
}

/** The log as a foreign system hears it: a plain subscription of `video.*` with the subscriber's rights. */
export async function listen({ nats: { url, user, password } }: Endpoints) {
  const connection = await connect({ servers: url, user, pass: password, inboxPrefix: `_INBOX_${user}` });
  const heard = new Map<string, Heard[]>();
  let wake = Promise.withResolvers<void>();
  connection.subscribe('video.*', {
    callback: (error, message) => {
      if (error !== null) return wake.reject(error);
      const event = parseJson(StringCodec().decode(message.data)) as { subject: string; data: Partial<Heard> };
      const { tier, final = false } = event.data;
      const verb = message.subject.replace('video.', '');
      const entry = { verb, tier, final, data: event.data, at: performance.now() };
      heard.set(event.subject, [...(heard.get(event.subject) ?? []), entry]);
      wake.resolve();
      wake = Promise.withResolvers();
    },
  });
  await connection.flush();
  return {
    /** What was heard of a video so far. */
    of: (video: string): readonly Heard[] => heard.get(video) ?? [],
    /**
     * Waits until the condition holds of what was heard of a video.
     * @throws when the video fails, or after so many seconds
     */
    async until(video: string, holds: (all: readonly Heard[]) => boolean, seconds: number): Promise<void> {
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(() => late.reject(new Error(`waited ${seconds} s for video ${video}`)), seconds * 1_000);
      try {
        for (let all = heard.get(video) ?? []; !holds(all); all = heard.get(video) ?? []) {
          const failed = all.find(({ verb }) => verb === 'failed');
          if (failed !== undefined) throw new Error(`the video failed: ${JSON.stringify(failed.data)}`);
          await Promise.race([wake.promise, late.promise]);
        }
      } finally {
        clearTimeout(timer);
      }
    },
    /** The last data of a verb, parsed; undefined when it was not heard. */
    last<V extends Verb>(video: string, verb: V): DataOf<V> | undefined {
      const entry = heard.get(video)?.findLast((one) => one.verb === verb);
      return entry === undefined ? undefined : (dataSchemas[verb].parse(entry.data) as DataOf<V>);
    },
    stop: () => connection.close(),
  };
}

export type Listener = Awaited<ReturnType<typeof listen>>;
