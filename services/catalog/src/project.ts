import type { Followed, Log } from '@rushes/shared/log';
import { recordSpan } from '@rushes/shared/service';
import type { Checkpoint, Database } from './database.ts';
import type { Logger } from './ports.ts';
import { type Recent, writeBatch } from './write.ts';

/** Events that one round of writes is made of at most. */
const BATCH = 1_000;
/** Larger batches are a rebuild or a rush, whose traces nobody would read. */
const TRACED_BATCH = 20;
/** Events read ahead while a batch is being written. */
const READ_AHEAD = 2 * BATCH;

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
    onProgress: (checkpoint: Checkpoint) => void;
  },
): Promise<Checkpoint> {
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  const queue = createQueue(signal);
  const reading = queue.fill(deps.eventLog.follow({ fromSequence: from.sequence + 1, signal }));
  const recent: Recent = new Map();
  let checkpoint = from;
  try {
    while (!signal.aborted && options.enough?.(checkpoint.sequence) !== true) {
      const batch = await queue.take(BATCH);
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

/** Between the one who reads and the one who writes. */
function createQueue(signal: AbortSignal) {
  const waiting: Followed[] = [];
  let failure: unknown;
  let wake = Promise.withResolvers<void>();
  const turn = () => {
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };
  signal.addEventListener('abort', turn, { once: true });
  return {
    /** Never rejects: the writer hears of a failure when it takes the next batch. */
    async fill(messages: AsyncIterable<Followed>): Promise<void> {
      try {
        for await (const message of messages) {
          waiting.push(message);
          if (waiting.length === 1) turn();
          while (waiting.length >= READ_AHEAD && !signal.aborted) await wake.promise;
        }
      } catch (error) {
        failure = error;
        turn();
      }
    },
    /** What is there, at most `max`; waits for the first. Empty only when `signal` aborted. */
    async take(max: number): Promise<Followed[]> {
      while (waiting.length === 0 && !signal.aborted) {
        if (failure !== undefined) throw failure;
        await wake.promise;
      }
      const taken = waiting.splice(0, max);
      turn();
      return taken;
    },
  };
}
