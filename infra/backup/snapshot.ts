import { createInbox, type Msg, type NatsConnection, type StreamConfig, type StreamState } from 'nats';
import { z } from 'zod';

/** What `backup.json` of the `nats` command line holds of a stream, as the server told it. */
export interface StreamMeta {
  config: StreamConfig;
  state: StreamState;
}

/** JetStream refused a snapshot or a restore, or broke it off. */
export class SnapshotFailed extends Error {
  override readonly name = 'SnapshotFailed';
}

/** Bytes of a piece of a snapshot; the server lets 8 MiB of them be unacknowledged. */
const CHUNK_BYTES = 128 * 1024;
/** Within nats-server's `max_payload` of 1 MiB, whatever it was set to above 256 KiB. */
const RESTORE_CHUNK_BYTES = 128 * 1024;
const REQUEST_MS = 30_000;
/** The server itself gives up after a few seconds without an acknowledgement. */
const SILENCE_MS = 30_000;
/** A restore is answered when the server has read and checked all of it. */
const RESTORED_MS = 3_600_000;

const errorSchema = z.object({ error: z.object({ description: z.string(), err_code: z.number().optional() }) });
const snapshotSchema = z.looseObject({
  config: z.looseObject({ name: z.string() }),
  state: z.looseObject({ messages: z.number(), last_seq: z.number() }),
});
const restoreSchema = z.looseObject({ deliver_subject: z.string().min(1) });
const restoredSchema = z.looseObject({
  state: z.looseObject({ messages: z.number(), last_seq: z.number(), bytes: z.number() }),
});

/**
 * A stream with its consumers as JetStream's snapshot API gives it, while it is being used: the archive goes to `write` piece by
 * piece, each acknowledged when it is written, which is the server's flow control. What is appended meanwhile may be in it or
 * not, so the state returned is what it holds at least. Throws SnapshotFailed.
 */
export async function snapshotStream(
  connection: NatsConnection,
  stream: string,
  write: (chunk: Uint8Array) => Promise<void>,
): Promise<StreamMeta> {
  const inbox = createInbox();
  const chunks = connection.subscribe(inbox);
  try {
    const request = { deliver_subject: inbox, chunk_size: CHUNK_BYTES };
    const meta = await ask(connection, `$JS.API.STREAM.SNAPSHOT.${stream}`, request, snapshotSchema);
    let whole = false;
    const silence = setTimeout(() => chunks.unsubscribe(), SILENCE_MS);
    for await (const message of chunks) {
      silence.refresh();
      if (message.data.length === 0) {
        const { code = 204, description = '' } = message.headers ?? {};
        if (code !== 204) throw new SnapshotFailed(`the snapshot of ${stream} was broken off: ${code} ${description}`);
        whole = true;
        break;
      }
      await write(message.data);
      message.respond();
    }
    clearTimeout(silence);
    if (!whole) throw new SnapshotFailed(`the snapshot of ${stream} stopped: nothing came for ${SILENCE_MS / 1_000} s`);
    return { config: meta.config as unknown as StreamConfig, state: meta.state as unknown as StreamState };
  } finally {
    chunks.unsubscribe();
  }
}

/** Makes a stream with its consumers from such an archive; there must be none of its name. Throws SnapshotFailed. */
export async function restoreStream(
  connection: NatsConnection,
  { config, state }: StreamMeta,
  archive: AsyncIterable<Uint8Array>,
): Promise<{ messages: number; lastSequence: number }> {
  const { name } = config;
  const { deliver_subject } = await ask(connection, `$JS.API.STREAM.RESTORE.${name}`, { config, state }, restoreSchema);
  for await (const part of archive) {
    for (let from = 0; from < part.length; from += RESTORE_CHUNK_BYTES) {
      const chunk = part.subarray(from, from + RESTORE_CHUNK_BYTES);
      refused(name, await connection.request(deliver_subject, chunk, { timeout: REQUEST_MS }));
    }
  }
  const last = await connection.request(deliver_subject, undefined, { timeout: RESTORED_MS });
  refused(name, last);
  const { messages, last_seq } = restoredSchema.parse(last.json()).state;
  return { messages, lastSequence: last_seq };
}

async function ask<T extends z.ZodType>(
  connection: NatsConnection,
  subject: string,
  body: object,
  schema: T,
): Promise<z.infer<T>> {
  const answer = await connection.request(subject, JSON.stringify(body), { timeout: REQUEST_MS });
  refused(subject, answer);
  return schema.parse(answer.json());
}

function refused(what: string, answer: Msg): void {
  if (answer.data.length === 0) return;
  const problem = errorSchema.safeParse(answer.json());
  if (!problem.success) return;
  const { description, err_code } = problem.data.error;
  throw new SnapshotFailed(`${what}: ${description} (JetStream error ${err_code ?? 'without a number'})`);
}
