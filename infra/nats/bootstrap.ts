import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  type JetStreamManager,
  type NatsConnection,
  ReplayPolicy,
  type StreamConfig,
} from 'nats';
import { helperStreams, type StreamDefinition, videoStream } from './streams.ts';
import { allDurables, type Durable } from './table.ts';

export interface BootstrapOptions {
  /** As `admin`. */
  connection: NatsConnection;
  /** 1 on one machine, 3 on a cluster. */
  replicas: number;
  ackWaitMs: number;
  newId: () => string;
  /** The log id that was seen before, where somebody kept it: another log, or none, is then an error. */
  expectedLogId?: string | undefined;
}

/** The log is gone or is another one. Nothing was changed; a person has to decide. */
export class LogLost extends Error {
  override readonly name = 'LogLost';
}

const MAX_ACK_PENDING = 1_000;
/** JetStream's numbers for what does not exist. */
const STREAM_NOT_FOUND = 10059;
const CONSUMER_NOT_FOUND = 10014;

/**
 * Makes streams, buckets and durables that are missing and brings changed ones up to date; safe to repeat at any time. A
 * missing VIDEO is made only where there never was one: claims or a remembered log id without it mean that the log was
 * lost, and an empty one in its place would silently forget every video (throws LogLost).
 */
export async function bootstrapNats(options: BootstrapOptions): Promise<{ logId: string; made: string[] }> {
  const manager = await options.connection.jetstreamManager();
  const made: string[] = [];
  const logId = await ensureLog(manager, options, made);
  for (const definition of helperStreams(options.replicas)) await ensureStream(manager, definition, made);
  await Promise.all(allDurables().map((durable) => ensureDurable(manager, durable, options.ackWaitMs, made)));
  return { logId, made };
}

async function ensureLog(manager: JetStreamManager, options: BootstrapOptions, made: string[]): Promise<string> {
  const existing = await streamConfig(manager, 'VIDEO');
  const existingId = existing?.metadata?.logId;
  if (options.expectedLogId !== undefined && existingId !== options.expectedLogId) {
    const found = existing === null ? 'it is not there' : `its log id is ${existingId ?? 'missing'}`;
    throw new LogLost(`The log (stream VIDEO, log id ${options.expectedLogId}) is gone: ${found}. ${WHAT_TO_DO}`);
  }
  if (existing === null && (await streamConfig(manager, 'KV_CLAIMS')) !== null) {
    throw new LogLost(`The log (stream VIDEO) is gone, though claims of its videos are there. ${WHAT_TO_DO}`);
  }
  const logId = existingId ?? options.newId();
  await ensureStream(manager, videoStream(options.replicas, logId), made);
  return logId;
}

const WHAT_TO_DO =
  'It is never made anew by itself, because that would forget every video. Restore it from a backup (docs/backup.md), or start empty: `npm start -- --reset`, in containers without their volumes.';

async function ensureStream(manager: JetStreamManager, definition: StreamDefinition, made: string[]): Promise<void> {
  const existing = await streamConfig(manager, definition.name);
  if (existing === null) {
    await manager.streams.add(definition);
    made.push(definition.name);
  } else if (differs(definition, existing)) {
    // The server keeps keys of its own in the metadata; a replaced map would drop them.
    const metadata = { ...existing.metadata, ...definition.metadata };
    await manager.streams.update(definition.name, { ...definition, metadata });
    made.push(definition.name);
  }
}

async function ensureDurable(manager: JetStreamManager, durable: Durable, ackWaitMs: number, made: string[]) {
  const wanted = durableConfig(durable, ackWaitMs);
  const existing = await manager.consumers.info(durable.stream, durable.name).catch(orNull(CONSUMER_NOT_FOUND));
  if (existing === null) {
    await manager.consumers.add(durable.stream, wanted);
    made.push(durable.name);
  } else if (differs(wanted, existing.config)) {
    await manager.consumers.update(durable.stream, durable.name, wanted);
    made.push(durable.name);
  }
}

/** A durable made again starts at the log's beginning: work that is done is recognised in the log and acknowledged. */
function durableConfig(durable: Durable, ackWaitMs: number): Partial<ConsumerConfig> {
  const { filters } = durable;
  const [only] = filters;
  return {
    durable_name: durable.name,
    deliver_policy: DeliverPolicy.All,
    replay_policy: ReplayPolicy.Instant,
    ack_policy: AckPolicy.Explicit,
    ack_wait: ackWaitMs * 1_000_000,
    // Attempts are counted in the claims; the server would only go silent.
    max_deliver: -1,
    max_ack_pending: durable.maxAckPending ?? MAX_ACK_PENDING,
    ...(filters.length === 1 ? { filter_subject: only } : {}),
    ...(filters.length > 1 ? { filter_subjects: [...filters] } : {}),
  };
}

async function streamConfig(manager: JetStreamManager, name: string): Promise<StreamConfig | null> {
  return (await manager.streams.info(name).catch(orNull(STREAM_NOT_FOUND)))?.config ?? null;
}

function orNull(code: number): (error: unknown) => null {
  return (error) => {
    const detail =
      error instanceof Error && 'api_error' in error ? (error.api_error as { err_code?: number }) : undefined;
    if (detail?.err_code === code) return null;
    throw error;
  };
}

/** Whether anything that is wanted is otherwise in what exists; what exists may have more. */
function differs(wanted: object, existing: object): boolean {
  const actual = new Map(Object.entries(existing));
  return Object.entries(wanted).some(([key, value]) => {
    const other: unknown = actual.get(key);
    if (Array.isArray(value)) return JSON.stringify(value) !== JSON.stringify(other);
    if (typeof value === 'object' && value !== null) {
      return typeof other !== 'object' || other === null || differs(value, other);
    }
    // The server leaves out what is zero or false.
    return (other ?? falsyOf(value)) !== value;
  });
}

function falsyOf(value: unknown): unknown {
  if (typeof value === 'number') return 0;
  return typeof value === 'boolean' ? false : undefined;
}
