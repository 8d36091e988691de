import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { NatsConnection } from 'nats';
import { SetupError } from '../embedded/install.mjs';
import { type FileEntry, MANIFEST, type Manifest, META_FILE, manifestOf, type StreamEntry } from './manifest.ts';
import { type StreamMeta, snapshotStream } from './snapshot.ts';

/**
 * The log first: a bucket that is ahead of the log holds claims that no event supports, which the repair drops; one that is
 * behind it would hand out an attempt's folder twice and forget requests that were answered. PROGRESS, SEGMENTS, RETRIES
 * and PIECES are hand-offs of running work, which the repair asks for again.
 */
export const BACKED_UP = ['VIDEO', 'KV_CLAIMS', 'KV_IDEMPOTENCY', 'KV_OPEN_VIDEOS', 'KV_DEAD_LETTERS'] as const;

export interface BackupDeps {
  /** As `admin`. */
  connection: NatsConnection;
  /** Must not exist yet. */
  dir: string;
  now: () => Date;
  /** Called with each stream that is done. */
  done?: (entry: StreamEntry) => void;
}

/**
 * Backs up the log and the buckets while they are being used. Everything goes to `<dir>.part`, is synced to disk and only then
 * gets its name, so that what is called `dir` is whole. Throws SetupError, SnapshotFailed.
 */
export async function backup(deps: BackupDeps): Promise<Manifest> {
  const { connection, dir, now } = deps;
  const part = `${dir}.part`;
  await refuseExisting(dir);
  await mkdir(dirname(dir), { recursive: true });
  await mkdir(part, { mode: 0o700 }).catch((error: unknown) => {
    const problem = `${part} is there already: a backup runs, or one was broken off. Delete it if none runs.`;
    throw isCode(error, 'EEXIST') ? new SetupError(problem) : error;
  });
  try {
    const takenAt = now().toISOString();
    const streams: StreamEntry[] = [];
    let logId: string | undefined;
    for (const name of BACKED_UP) {
      const { entry, meta } = await backUpStream(connection, name, part);
      if (name === 'VIDEO') logId = meta.config.metadata?.logId;
      streams.push(entry);
      deps.done?.(entry);
    }
    if (logId === undefined) throw new SetupError('The stream VIDEO has no log id: it is not a log of Rushes.');
    const serverVersion = connection.info?.version ?? 'unknown';
    const manifest = manifestOf({ takenAt, logId, serverVersion, streams });
    await writeSynced(join(part, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
    await syncFolder(part);
    await rename(part, dir);
    await syncFolder(dirname(dir));
    return manifest;
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}

async function backUpStream(
  connection: NatsConnection,
  name: string,
  dir: string,
): Promise<{ entry: StreamEntry; meta: StreamMeta }> {
  await mkdir(join(dir, name), { mode: 0o700 });
  const data = join(name, archiveName(connection.info?.version ?? ''));
  const file = await open(join(dir, data), 'wx', 0o600);
  const hash = createHash('sha256');
  let bytes = 0;
  let meta: StreamMeta;
  try {
    meta = await snapshotStream(connection, name, async (chunk) => {
      hash.update(chunk);
      bytes += chunk.length;
      await file.writeFile(chunk);
    });
    await file.sync();
  } finally {
    await file.close();
  }
  const description = join(name, META_FILE);
  const written = await writeSynced(join(dir, description), JSON.stringify(meta, null, 2));
  await syncFolder(join(dir, name));
  const files: FileEntry[] = [
    { path: description, ...written },
    { path: data, bytes, sha256: hash.digest('hex') },
  ];
  return { entry: { name, messages: meta.state.messages, lastSequence: meta.state.last_seq, files }, meta };
}

/** The names that the `nats` command line expects: from 2.15 on the server gives an archive of another form. */
function archiveName(version: string): string {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 2 || (major === 2 && minor >= 15) ? 'stream.arc.s2' : 'stream.tar.s2';
}

async function writeSynced(path: string, text: string): Promise<{ bytes: number; sha256: string }> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
}

/** Without it a name could be lost in a power cut though the file is there. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function refuseExisting(dir: string): Promise<void> {
  const folder = await open(dir, 'r').catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (folder === undefined) return;
  await folder.close();
  throw new SetupError(`${dir} exists. A backup is never written over: name another folder, e.g. ${basename(dir)}-2.`);
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
