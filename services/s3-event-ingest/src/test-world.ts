import type { VideoEvent } from '@rushes/shared/events';
import type { OpenEntry } from '@rushes/shared/open-videos';
import { createLogger } from '@rushes/shared/service';
import { createMemoryLog, VIDEO_ID } from '@rushes/shared/testing';
import type { OpenJob } from '@rushes/shared/video';
import type { Position } from './core/position.ts';
import type { JobFacts } from './core/stuck.ts';
import type { LogPages } from './log-pages.ts';
import type { OpenIndex } from './open-index.ts';
import type { ReconcileDeps } from './reconcile-deps.ts';
import type { Stages } from './stages.ts';

export const BUCKET = 'rushes-uploads';
/** A year after the sample events: nothing is heard of any generation any more. */
export const NOW = new Date('2027-01-01T00:00:00.000Z');

/** The id of the nth video, in the order of time. */
export const idOf = (n: number) => `0198f2c4-7d1e-7b52-9d0e-${n.toString(16).padStart(12, '0')}`;
export const keyOf = (n: number) => `uploads/${idOf(n)}/source`;
/** A sample event as the nth video's. */
export const of = <E extends VideoEvent>(n: number, event: E): E =>
  JSON.parse(JSON.stringify(event).replaceAll(VIDEO_ID, idOf(n))) as E;

/** A bucket as JetStream keeps it: a write names the revision it follows, and moves the key to the end. */
export function createMemoryIndex() {
  const stored = new Map<string, { entry: OpenEntry | null; revision: number }>();
  let position: Position | null = null;
  let last = 0;
  const isCurrent = (videoId: string, revision: number) => (stored.get(videoId)?.revision ?? 0) === revision;
  const set = (videoId: string, entry: OpenEntry | null) => {
    last += 1;
    stored.delete(videoId);
    stored.set(videoId, { entry, revision: last });
  };
  const index: OpenIndex = {
    async get(videoId) {
      const { entry = null, revision = 0 } = stored.get(videoId) ?? {};
      return { entry, exists: entry !== null, revision };
    },
    async put(videoId, entry, revision) {
      if (!isCurrent(videoId, revision)) return false;
      set(videoId, entry);
      return true;
    },
    async remove(videoId, revision) {
      if (!isCurrent(videoId, revision)) return false;
      set(videoId, null);
      return true;
    },
    async page(from, limit) {
      const rest = [...stored].filter(([, { revision }]) => revision >= from);
      const videos = rest
        .slice(0, limit)
        .flatMap(([videoId, { entry, revision }]) => (entry === null ? [] : [{ videoId, entry, revision }]));
      return { videos, next: rest[limit]?.[1].revision ?? null };
    },
    readPosition: async () => ({ position, revision: 0 }),
    async writePosition(next) {
      position = next;
      return true;
    },
  };
  const entries = () =>
    Object.fromEntries([...stored].flatMap(([videoId, { entry }]) => (entry === null ? [] : [[videoId, entry.kind]])));
  return { index, set, entries };
}

/** All that reconciling needs, in memory. */
export function createTestWorld(change: Partial<ReconcileDeps> = {}) {
  const eventLog = createMemoryLog('s3-event-ingest', () => NOW);
  const { index, set, entries } = createMemoryIndex();
  const objects = new Set<string>();
  const calls: string[] = [];
  const claims = new Map<string, JobFacts['claim']>();
  const asked = new Map<string, OpenJob>();
  const delivered = new Map<string, number>();
  const stages: Stages = {
    claimOf: async (service, videoId, generation) => claims.get(`${service}.${videoId}.${generation}`) ?? null,
    isAskedAgain: async (service, videoId) => asked.has(`${service} ${videoId}`),
    deliveredBy: async (durable) => delivered.get(durable) ?? Number.MAX_SAFE_INTEGER,
    async ask(videoId, _generation, job) {
      asked.set(`${job.service} ${videoId}`, job);
    },
  };
  const deps: ReconcileDeps = {
    eventLog,
    index,
    stages,
    pages: pagesOf(eventLog.events),
    bucket: BUCKET,
    storage: {
      async head(_bucket, key) {
        calls.push(`head ${key}`);
        return objects.has(key) ? { key, size: 5, etag: 'e', lastModified: NOW, contentType: '' } : null;
      },
      async deletePrefix(_bucket, prefix) {
        const gone = [...objects].filter((key) => key.startsWith(prefix));
        for (const key of gone) objects.delete(key);
        return gone.length;
      },
      async *list(_bucket, prefix, { startAfter = '' } = {}) {
        const keys = [...objects].filter((key) => key.startsWith(prefix) && key > startAfter).sort();
        for (const key of keys) yield { key, size: 5, etag: 'e', lastModified: NOW, contentType: undefined };
      },
    },
    now: () => NOW,
    stuckAfterMs: 3_600_000,
    saidOrphans: new Set(),
    log: createLogger('test', 'silent'),
    ...change,
  };
  const verbsOf = async (n: number) =>
    (await eventLog.read(idOf(n))).entries.map(({ subject }) => subject.split('.')[1] ?? '');
  return { deps, eventLog, index, set, entries, objects, calls, claims, asked, delivered, verbsOf };
}

function pagesOf(events: () => VideoEvent[]): LogPages {
  return {
    async uploadVerbs(videoIds) {
      const verbs = new Map(videoIds.map((videoId) => [videoId, new Set<string>()]));
      for (const { type, subject } of events()) verbs.get(subject)?.add(type.slice('video.'.length));
      return verbs;
    },
    async events(verb, from, limit) {
      const all = events()
        .map((event, at) => ({
          sequence: at + 1,
          subject: `${event.type}.${event.subject}`,
          isFinal: () => event.type === 'video.packaged' && event.data.final,
        }))
        .filter(({ sequence, subject }) => sequence >= from && (verb === '*' || subject.split('.')[1] === verb));
      return { events: all.slice(0, limit), next: all[limit]?.sequence ?? null };
    },
  };
}
