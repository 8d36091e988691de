import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SetupError } from '../embedded/install.mjs';

export const MANIFEST = 'manifest.json';
export const META_FILE = 'backup.json';
const FORMAT = 1;

const fileSchema = z.object({ path: z.string().regex(/^[A-Z_]+\/[a-z0-9.]+$/), bytes: z.int(), sha256: z.string() });
const streamSchema = z.object({
  name: z.string().regex(/^[A-Z_]+$/),
  /** When the snapshot was begun; it may hold more. */
  messages: z.int(),
  lastSequence: z.int(),
  files: z.array(fileSchema).length(2),
});
const manifestSchema = z.object({
  format: z.literal(FORMAT),
  takenAt: z.iso.datetime(),
  /** Of the log that was backed up. */
  logId: z.string().min(1),
  serverVersion: z.string(),
  /** In the order they were taken: the log first. */
  streams: z.array(streamSchema).min(1),
});
/** What a backup holds. It is written last, so a folder without it is no backup. */
export type Manifest = z.infer<typeof manifestSchema>;
export type StreamEntry = z.infer<typeof streamSchema>;
export type FileEntry = z.infer<typeof fileSchema>;

export function manifestOf(parts: Omit<Manifest, 'format'>): Manifest {
  return { format: FORMAT, ...parts };
}

/** The manifest of a backup of which every file is there and is what was written. Throws SetupError that names the first that is not. */
export async function verifiedManifest(dir: string): Promise<Manifest> {
  const manifest = await readManifest(dir);
  for (const { path, bytes, sha256 } of manifest.streams.flatMap(({ files }) => files)) {
    const file = join(dir, path);
    const size = (await stat(file).catch(() => undefined))?.size;
    if (size === undefined) throw new SetupError(`The backup is not whole: ${file} is missing.`);
    if (size !== bytes || (await sha256Of(file)) !== sha256) {
      throw new SetupError(`The backup is damaged: ${file} is not what was written. Nothing was changed.`);
    }
  }
  return manifest;
}

async function readManifest(dir: string): Promise<Manifest> {
  const file = join(dir, MANIFEST);
  const text = await readFile(file, 'utf8').catch(() => {
    throw new SetupError(`${dir} is no backup: there is no ${MANIFEST} in it.`);
  });
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new SetupError(`${file} is not a manifest that this version understands.`, { cause: error });
  }
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
