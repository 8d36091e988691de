import { z } from 'zod';
import { type Delivery, type Outcome, startWorker, type Worker } from '../bus/index.ts';
import { parseEvent, type VideoEvent } from '../events/index.ts';
import { parseJson } from '../json.ts';
import { busCheck, untilHealthy, withSpan } from '../service/index.ts';
import { storageCheck } from '../storage/index.ts';
import { delayOf } from './delay.ts';
import { handleJob } from './handle-job.ts';
import type { StageDefinition, StageDeps } from './types.ts';

/** An event that nobody here understands is offered again after these times, to a newer version of the service. */
const NOT_UNDERSTOOD_MS = [60_000, 300_000, 900_000, 3_600_000];

/**
 * Runs a stage: for each event read the history and decide, claim, work, append, ack. A crash before the append means
 * redelivery and a new attempt; a crash after it means that the next delivery finds the result and acks.
 *
 * Jobs that are asked for once more (`RETRIES`) go the same way. They have a slot of their own: they are rare, and a stuck
 * video must not wait behind a long queue.
 */
export function startStage(definition: StageDefinition, deps: StageDeps): Worker {
  const { connection, manager, client, log } = deps.runtime;
  const checks = [busCheck(connection, manager), storageCheck(deps.storage, deps.bucket)];
  const common = {
    client,
    ackWaitMs: deps.ackWaitMs,
    log,
    reconnect: () => connection.reconnect(),
    // While its store or the log is away a stage pulls nothing, so that an outage uses up nobody's attempts.
    healthy: (signal: AbortSignal) => untilHealthy(checks, log, signal),
    acked: async ({ subject }: Delivery) => deps.onStep?.('acked', subject.split('.')[2] ?? ''),
  };
  const workers = [
    startWorker({
      ...common,
      stream: 'VIDEO',
      durables: definition.durables,
      slots: deps.slots,
      handle: (delivery) =>
        definition.handlePart !== undefined && !delivery.subject.startsWith('video.')
          ? definition.handlePart(delivery)
          : handleEvent(definition, deps, delivery),
    }),
    startWorker({
      ...common,
      stream: 'RETRIES',
      durables: [`${definition.stage}-retries`],
      slots: 1,
      handle: (delivery) => handleRetry(definition, deps, delivery),
    }),
  ];
  return {
    busy: () => workers.reduce((sum, worker) => sum + worker.busy(), 0),
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}

async function handleEvent(definition: StageDefinition, deps: StageDeps, delivery: Delivery): Promise<Outcome> {
  const parsed = parseEvent(delivery.subject, delivery.body);
  if (parsed.kind === 'unknown') return { kind: 'ack' };
  if (parsed.kind === 'invalid') {
    const { subject, sequence, deliveries } = delivery;
    const delayMs = delayOf(NOT_UNDERSTOOD_MS, deliveries);
    deps.runtime.log.error({ subject, sequence, problems: parsed.problems, delayMs }, 'event not understood');
    return { kind: 'nak', delayMs };
  }
  return handle(definition, deps, delivery, parsed.event);
}

const retrySchema = z.object({ job: z.string(), generation: z.int().positive() });

/** A retry only names a job: the event that asked for it stands in the log. */
async function handleRetry(definition: StageDefinition, deps: StageDeps, delivery: Delivery): Promise<Outcome> {
  const { log, eventLog } = deps.runtime;
  const videoId = delivery.subject.split('.')[2] ?? '';
  const retry = retrySchema.safeParse(parseJson(delivery.body));
  if (!retry.success) {
    log.error({ videoId, body: delivery.body.slice(0, 200) }, 'a retry that names no job; dropped');
    return { kind: 'ack' };
  }
  const { job, generation } = retry.data;
  const { entries } = await eventLog.read(videoId);
  const event = entries
    .flatMap(({ parsed }) => (parsed.kind === 'event' ? [parsed.event] : []))
    .findLast((each) => each.generation === generation && definition.jobOf(each) === job);
  if (event === undefined) {
    log.warn({ videoId, job, generation }, 'a retry of a job that no event asks for; dropped');
    return { kind: 'ack' };
  }
  return handle(definition, deps, delivery, event);
}

async function handle(
  definition: StageDefinition,
  deps: StageDeps,
  delivery: Delivery,
  event: VideoEvent,
): Promise<Outcome> {
  const job = definition.jobOf(event);
  if (job === null) return { kind: 'ack' };
  const attributes = { 'rushes.video': event.subject, 'rushes.job': job };
  return withSpan(`${definition.stage} ${job}`, { traceparent: delivery.traceparent, attributes }, () =>
    handleJob(definition, deps, delivery, event, job),
  );
}
