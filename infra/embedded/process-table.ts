import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * What tells a process from a later one with the same number: when it was started and, so that a reboot is noticed, since
 * which boot. Null when there is none (a dead one that was not collected counts as none).
 */
export function identityOf(pid: number): string | null {
  try {
    if (process.platform === 'linux') return linuxIdentity(pid);
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}

function linuxIdentity(pid: number): string | null {
  const fields = statFields(pid);
  if (fields[0] === 'Z') return null;
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return `${boot} ${fields[19]}`;
}

/** Fields of `/proc/<pid>/stat` after the name, which may itself hold spaces and brackets: state, parent, … start (19). */
function statFields(pid: number | string): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Ends a process and all it started, at once. */
export function killTree(pid: number): void {
  for (const each of [pid, ...descendantsOf(pid)]) sendSignal(each, 'SIGKILL');
}

/** False when there is no such process. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

function descendantsOf(pid: number): number[] {
  const parents = parentsOfAll();
  const found = [pid];
  for (const parent of found) {
    for (const [child, childsParent] of parents) if (childsParent === parent) found.push(child);
  }
  return found.slice(1);
}

function parentsOfAll(): [pid: number, parent: number][] {
  if (process.platform !== 'linux') {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
    return lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [[Number(name), Number(statFields(name)[1])] as [number, number]];
      } catch {
        // It ended while the list was read.
        return [];
      }
    });
}

/** Ends processes of an earlier start that was killed: politely, then at once. Only those that still are the same. */
export async function endLeftovers(
  entries: readonly { pid: number; identity: string }[],
  graceMs: number,
): Promise<number> {
  const alive = () => entries.filter(({ pid, identity }) => identityOf(pid) === identity);
  const found = alive();
  for (const { pid } of found) sendSignal(pid, 'SIGTERM');
  for (const deadline = Date.now() + graceMs; alive().length > 0 && Date.now() < deadline; ) await delay(50);
  for (const { pid } of alive()) killTree(pid);
  while (alive().length > 0) await delay(20);
  return found.length;
}
