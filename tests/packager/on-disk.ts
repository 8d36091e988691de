import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { memoryStorage } from '../../services/packager/src/memory-storage.ts';

/** Writes the bucket of a test as files, so that players and tools can read it. */
export async function writeBucket(bucket: ReturnType<typeof memoryStorage>, folder: string): Promise<void> {
  for (const [key, { body }] of bucket.objects) {
    const path = join(folder, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, body);
  }
}
