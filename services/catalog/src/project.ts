import type { Followed, Log } from '@rushes/shared/log';
import { recordSpan } from '@rushes/shared/service';
import type { Checkpoint, Database } from './database.ts';
import type { Logger } from './ports.ts';
import { type Recent, writeBatch } from './write.ts';

/** Events that one round of writes is made of at most. */
const BATCH = 1_000;
/** What is being built is read by nobody: most states of a video are passed by within so many events, and never written. */
const BUILDING_BATCH = 4_000;
/** Bytes of events that are waiting, or are one batch: an event may have 256 KiB. */
const MAX_BYTES = 32 * 1024 ** 2;
/** Larger batches are a rebuild or a rush, whose traces nobody would read. */
const TRACED_BATCH = 20;

export interface ProjectDeps {
  database: Database;
  eventLog: Log;
  log: Logger;
}

/**
 * Brings a collection up to date from the log, event after event, until `signal` aborts or `enough` says so of a sequence
 * that was reached. While a batch is written the next one is read: so batches are as small as the log is quiet, and as
 * large as it is busy.
 * @returns the checkpoint as it was left
 */
export async function project(
  deps: ProjectDeps,
  from: Checkpoint,
  options: {
    signal: AbortSignal;
    enough?: (sequence: number) => boolean;
    /** Events behind this one are left for later. */
    upTo?: number;
    /** The collection is not served yet. */
    building?: boolean;
    onProgress: (checkpoint: Checkpoint) => void;
  },
): Promise<Checkpoint> {
  const { upTo = Number.POSITIVE_INFINITY } = options;
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  const size = options.building ? BUILDING_BATCH : BATCH;
  const queue = createQueue(signal, size);
  const reading = queue.fill(deps.eventLog.follow({ fromSequence: from.sequence + 1, signal }));
  const recent: Recent = new Map();
  let checkpoint = from;
  try {
    while (!signal.aborted && checkpoint.sequence < upTo && options.enough?.(checkpoint.sequence) !== true) {
      const batch = (await queue.take()).filter(({ sequence }) => sequence <= upTo);
      if (signal.aborted) break;
      const startedAt = new Date();
      checkpoint = await writeBatch({ ...deps, recent }, checkpoint, batch, signal);
      if (batch.length <= TRACED_BATCH) traceBatch(batch, startedAt);
      options.onProgress(checkpoint);
    }
    return checkpoint;
  } finally {
    ending.abort();
    await reading;
  }
}

/** Each event's projection belongs to the trace of its video. */
function traceBatch(batch: readonly Followed[], startedAt: Date): void {
  for (const { subject, traceparent } of batch) {
    const [, verb, videoId] = subject.split('.');
    recordSpan(`project ${verb}`, { traceparent, attributes: { 'rushes.video': videoId ?? '' }, startedAt });
  }
}

/** Between the one who reads, at most two batches ahead, and the one who writes. */
function createQueue(signal: AbortSignal, size: number) {
  const waiting: Followed[] = [];
  let bytes = 0;
  let failure: unknown;
  let wake = Promise.withResolvers<void>();
  const turn = () => {
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };
  const isFull = () => waiting.length >= 2 * size || bytes >= MAX_BYTES;
  signal.addEventListener('abort', turn, { once: true });
  return {
    /** Never rejects: the writer hears of a failure when it takes the next batch. */
    async fill(messages: AsyncIterable<Followed>): Promise<void> {
      try {
        for await (const message of messages) {
          waiting.push(message);
          bytes += message.body.length;
          if (waiting.length === 1) turn();
          while (isFull() && !signal.aborted) await wake.promise;
        }
      } catch (error) {
        failure = error;
        turn();
      }
    },
    /** What is there, at most one batch; waits for the first. Empty only when `signal` aborted. */
    async take(): Promise<Followed[]> {
      while (waiting.length === 0 && !signal.aborted) {
        if (failure !== undefined) throw failure;
        await wake.promise;
      }
      const taken = waiting.splice(0, size);
      for (const { body } of taken) bytes -= body.length;
      turn();
      return taken;
    },
  };
}
