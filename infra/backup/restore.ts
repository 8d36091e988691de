import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JetStreamManager, NatsConnection, StreamConfig } from 'nats';
import { SetupError } from '../embedded/install.mjs';
import { helperStreams } from '../nats/index.ts';
import { META_FILE, type StreamEntry, verifiedManifest } from './manifest.ts';
import { restoreStream, type StreamMeta } from './snapshot.ts';

export interface RestoreDeps {
  /** As `admin`; nothing of Rushes may be using this server. */
  connection: NatsConnection;
  dir: string;
  /** Also where a log with events is in the way, which is then lost. */
  replace: boolean;
  /** Copies of each stream; undefined: as it was. A single server refuses more than one. */
  replicas: number | undefined;
  newId: () => string;
  /** Called before anything is changed, with the id that the log will have. */
  expect: (logId: string) => void;
  /** Called with each stream that is done. */
  done?: (entry: StreamEntry) => void;
}

export interface Restored {
  logId: string;
  /** Of the log. */
  messages: number;
  lastSequence: number;
  /** Durables that had gone further than the restored log; the bootstrap makes them again from its beginning. */
  ahead: string[];
}

const STREAM_NOT_FOUND = '404';

/**
 * Puts the streams of a backup in the place of what is there. The log comes last: broken off before, there is none, and no
 * Rushes starts on half of it. It gets a new id, because from here on its sequences mean other events than those that came
 * after the backup: whoever had read further (the read model, the reconciler) must notice. Throws SetupError, SnapshotFailed.
 */
export async function restore(deps: RestoreDeps): Promise<Restored> {
  const { connection, dir } = deps;
  const manifest = await verifiedManifest(dir);
  const metas = new Map<StreamEntry, StreamMeta>();
  for (const entry of manifest.streams) metas.set(entry, await metaOf(dir, entry.name));
  const manager = await connection.jetstreamManager();
  if (!deps.replace) await refuseEvents(manager);
  const logId = deps.newId();
  deps.expect(logId);
  const ours = helperStreams(1).map(({ name }) => name);
  for (const name of new Set(['VIDEO', ...ours, ...manifest.streams.map(({ name }) => name)])) {
    await manager.streams.delete(name).catch(unlessMissing);
  }
  const restoredFrom = `${manifest.logId} of ${manifest.takenAt}`;
  let log = { messages: 0, lastSequence: 0 };
  for (const [entry, { config, state }] of [...metas].sort(([a], [b]) => Number(isLog(a)) - Number(isLog(b)))) {
    const copies = deps.replicas === undefined ? {} : { num_replicas: deps.replicas };
    const named = isLog(entry) ? { metadata: { ...config.metadata, logId, restoredFrom } } : {};
    const restored = await restoreStream(
      connection,
      { config: { ...config, ...copies, ...named } as StreamConfig, state },
      createReadStream(join(dir, archiveOf(entry))),
    );
    if (restored.lastSequence < entry.lastSequence) {
      const { name, lastSequence } = entry;
      throw new SetupError(`${name} ends at ${restored.lastSequence}; the backup says it holds ${lastSequence}.`);
    }
    if (isLog(entry)) log = restored;
    deps.done?.(entry);
  }
  return { logId, ...log, ahead: await dropAhead(manager, log.lastSequence) };
}

function isLog({ name }: StreamEntry): boolean {
  return name === 'VIDEO';
}

function archiveOf({ name, files }: StreamEntry): string {
  const file = files.find(({ path }) => !path.endsWith(META_FILE));
  if (file === undefined) throw new SetupError(`The manifest names no archive of ${name}.`);
  return file.path;
}

async function metaOf(dir: string, name: string): Promise<StreamMeta> {
  const meta = JSON.parse(await readFile(join(dir, name, META_FILE), 'utf8')) as StreamMeta;
  if (meta.config.name !== name) throw new SetupError(`${join(dir, name, META_FILE)} is of ${meta.config.name}.`);
  return meta;
}

async function refuseEvents(manager: JetStreamManager): Promise<void> {
  const info = await manager.streams.info('VIDEO').catch(unlessMissing);
  if (info === undefined || info.state.messages === 0) return;
  const { metadata } = info.config;
  throw new SetupError(
    `There is a log with ${info.state.messages} events (log id ${metadata?.logId ?? 'missing'}). ` +
      'A restore takes its place and forgets it: back it up first, then restore with --replace.',
  );
}

/**
 * Consumers are saved after the events, so one can have gone further than the log that was saved; it would pass over what
 * is appended from now on.
 */
async function dropAhead(manager: JetStreamManager, lastSequence: number): Promise<string[]> {
  const ahead: string[] = [];
  for await (const { name, delivered } of manager.consumers.list('VIDEO')) {
    if (delivered.stream_seq > lastSequence) ahead.push(name);
  }
  for (const name of ahead) await manager.consumers.delete('VIDEO', name);
  return ahead.sort();
}

function unlessMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === STREAM_NOT_FOUND) return undefined;
  throw error;
}
