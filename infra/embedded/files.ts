import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { z } from 'zod';

/** Where everything lies in RUSHES_HOME. Tools are not in it: they belong to the clone. */
export function homeLayout(home: string) {
  return {
    home,
    endpoints: join(home, 'endpoints.json'),
    secrets: join(home, 'secrets.json'),
    state: join(home, 'state'),
    config: join(home, 'config'),
    data: join(home, 'data'),
    logs: join(home, 'logs'),
    scratch: join(home, 'scratch'),
    cache: join(home, 'cache'),
  };
}
export type Layout = ReturnType<typeof homeLayout>;

/** Empties RUSHES_HOME of all that `npm start` ever writes there, and of nothing else. */
export function resetHome(layout: Layout): void {
  const { endpoints, secrets, state, config, data, logs, scratch } = layout;
  for (const path of [endpoints, secrets, config, data, logs, scratch]) rmSync(path, { recursive: true, force: true });
  // The lock of this very start lies in the same folder.
  for (const name of ['ports.json', 'pids.json', 'log.json', 'restored.json'])
    rmSync(join(state, name), { force: true });
}

export function makeFolders(layout: Layout): void {
  const { state, config, data, logs, scratch, cache } = layout;
  for (const path of [state, config, data, logs, scratch, cache]) mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** Replaces a file in one step, readable by its owner alone: a reader sees the old or the new, never half. */
export function writePrivateFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, path);
}

export function writeJson(path: string, value: unknown): void {
  writePrivateFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Undefined where there is no such file; one that does not hold what it should is an error that names it. */
export function readJson<T extends z.ZodType>(path: string, schema: T): z.infer<T> | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`${path} is damaged: delete it, or start empty with --reset.`, { cause: error });
  }
}
