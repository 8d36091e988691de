import { join } from 'node:path';
import { z } from 'zod';
import { type Layout, readJson, writeJson } from './files.ts';
import { SetupError } from './install.mjs';
import { endLeftovers, identityOf } from './process-table.ts';
import type { RunningProcess } from './processes.ts';

const processSchema = z.object({ pid: z.number(), identity: z.string() });
const pidsSchema = z.array(processSchema.extend({ name: z.string() }));

/** At most one `npm start` works in a home. Throws SetupError that names the other. */
export function takeLock(layout: Layout): void {
  const file = join(layout.state, 'lock.json');
  const holder = readJson(file, processSchema);
  if (holder !== undefined && holder.pid !== process.pid && identityOf(holder.pid) === holder.identity) {
    throw new SetupError(
      `Rushes already runs in ${layout.home} (process ${holder.pid}). Stop it, or give this one another RUSHES_HOME.`,
    );
  }
  writeJson(file, { pid: process.pid, identity: identityOf(process.pid) ?? '' });
}

const LEFTOVER_GRACE_MS = 3_000;

/** Ends what an earlier start left running because it was killed; how many there were. */
export async function endEarlierProcesses(layout: Layout): Promise<number> {
  return endLeftovers(readJson(pidsFile(layout), pidsSchema) ?? [], LEFTOVER_GRACE_MS);
}

/** To be called at every change, so that the next start knows what to end. */
export function recordProcesses(layout: Layout, running: readonly RunningProcess[]): void {
  writeJson(pidsFile(layout), running);
}

function pidsFile(layout: Layout): string {
  return join(layout.state, 'pids.json');
}
