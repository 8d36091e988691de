import { mkdir, readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Keeps account of the scratch space that the running jobs of this process will need, so that none starts which would not
 * fit. A job reserves what it will need at most before it starts, and gives it back at its end.
 */
export interface ScratchAccount {
  reserve(bytes: number): Promise<Reservation>;
  /** Bytes that are reserved now. */
  reserved(): number;
}

export type Reservation =
  /** `release` gives the bytes back; a second call changes nothing. */
  | { kind: 'reserved'; release(): void }
  /** Larger than the limit, also when nothing else runs. */
  | { kind: 'never'; maxBytes: number }
  /** Other jobs of this process have the room now. */
  | { kind: 'busy' }
  /** The disk has not so much left, whoever has filled it. */
  | { kind: 'low'; roomBytes: number };

export interface ScratchOptions {
  /** The limit of all jobs together, in bytes; undefined: only the disk limits them. */
  maxBytes?: number | undefined;
  /** Bytes that jobs of this process may have: what is free, and what they have written of theirs already. */
  roomBytes(): Promise<number>;
}

export function createScratchAccount({ maxBytes, roomBytes }: ScratchOptions): ScratchAccount {
  let reserved = 0;
  return {
    reserved: () => reserved,
    async reserve(bytes) {
      if (maxBytes !== undefined && bytes > maxBytes) return { kind: 'never', maxBytes };
      const room = await roomBytes();
      // From here on nothing is awaited: two jobs that ask at once must not both get the last room.
      if (maxBytes !== undefined && reserved + bytes > maxBytes) return { kind: 'busy' };
      if (reserved + bytes > room)
        return reserved > 0 && bytes <= room ? { kind: 'busy' } : { kind: 'low', roomBytes: room };
      reserved += bytes;
      let held = bytes;
      const release = () => {
        reserved -= held;
        held = 0;
      };
      return { kind: 'reserved', release };
    },
  };
}

/** The prefix of the folders of a process's jobs in scratch, by which a later start can tell whose leftovers are whose. */
export function jobFolderPrefix(pid: number): string {
  return `${pid}-`;
}

/** Bytes free for us on the disk of a scratch folder, and those that this process's own jobs have written there. */
export async function measureRoom(scratchDir: string): Promise<number> {
  await mkdir(scratchDir, { recursive: true });
  const { bavail, bsize } = await statfs(scratchDir);
  return bavail * bsize + (await writtenByOwnJobs(scratchDir));
}

/** Bytes on the disk in the folders of this process's jobs. */
export async function writtenByOwnJobs(scratchDir: string): Promise<number> {
  const names = await readdir(scratchDir);
  const own = names.filter((name) => name.startsWith(jobFolderPrefix(process.pid)));
  const written = await Promise.all(own.map((name) => bytesUnder(join(scratchDir, name))));
  return written.reduce((sum, bytes) => sum + bytes, 0);
}

async function bytesUnder(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(goneMeansNothing([]));
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const found = await stat(join(parentPath, name)).catch(goneMeansNothing(null));
      // What is on the disk, not how far the file reaches.
      return found === null ? 0 : found.blocks * 512;
    }),
  );
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

/** A job that ends while we look takes its folder with it. */
function goneMeansNothing<T>(nothing: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return nothing;
    throw error;
  };
}
