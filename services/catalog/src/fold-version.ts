import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** What makes a document of a history: folders whose sources count, or single files. */
const SOURCES = [
  { folder: import.meta.resolve('@rushes/shared/events'), pick: /\.ts$/ },
  { folder: import.meta.resolve('@rushes/shared/video'), pick: /^(evolve|rules|state|present)\.ts$/ },
  { folder: new URL('./core/x', import.meta.url).href, pick: /^(batch|document|words)\.ts$/ },
];
/** Of the documents of a collection that several versions have written. */
export const MIXED = 'mixed';

/**
 * A short hash over the very source that folds events and makes documents, tests not included: the same version makes the
 * same documents of the same log. A changed comment makes another version too, which is the safe side to be wrong on.
 */
export async function readFoldVersion(): Promise<string> {
  const files = await Promise.all(
    SOURCES.map(async ({ folder, pick }) => {
      const dir = new URL('.', folder);
      const names = (await readdir(fileURLToPath(dir))).filter((name) => pick.test(name) && !name.endsWith('.test.ts'));
      return Promise.all(names.map(async (name) => ({ name, text: await readFile(new URL(name, dir), 'utf8') })));
    }),
  );
  return foldVersionOf(files.flat());
}

/** The order of the files does not matter; their names do. */
export function foldVersionOf(files: readonly { name: string; text: string }[]): string {
  const hash = createHash('sha256');
  const lines = files.map(({ name, text }) => JSON.stringify([name, text]));
  for (const line of lines.toSorted()) hash.update(line);
  return hash.digest('hex').slice(0, 16);
}

/** Whether a collection was made by one version alone, and by which. */
export function versionAfter(stored: string | undefined, current: string): string {
  return stored === current ? current : MIXED;
}
