import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The id of the log that was seen last, kept in a folder that outlives the process; without a folder nothing is kept. */
export interface LogIdMemory {
  read(): string | undefined;
  write(logId: string): void;
}

export function logIdMemory(dir: string | undefined): LogIdMemory {
  if (dir === undefined) return { read: () => undefined, write: () => undefined };
  const file = join(dir, 'log-id');
  return {
    read() {
      try {
        return readFileSync(file, 'utf8').trim() || undefined;
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
    write(logId) {
      mkdirSync(dir, { recursive: true });
      const temporary = `${file}.${process.pid}.tmp`;
      writeFileSync(temporary, `${logId}\n`);
      renameSync(temporary, file);
    },
  };
}
