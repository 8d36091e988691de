import { readdirSync, readFileSync } from 'node:fs';

/**
 * What the kernel tells of a process in `/proc/<pid>/stat` (Linux). `cpu` and `childrenCpu` in seconds, user and system
 * together; a child's time is added to `childrenCpu` when it has ended. `rss` in bytes.
 */
export interface ProcessFacts {
  pid: number;
  parent: number;
  name: string;
  cpu: number;
  childrenCpu: number;
  rss: number;
}

/** `getconf CLK_TCK` and `getconf PAGESIZE`: fixed by the kernel's ABI on x86-64; pages are 4 KiB on most arm64 too. */
const TICKS = 100;
const PAGE_BYTES = 4_096;

/** The fields behind the name, which may hold spaces and brackets itself (proc(5)). */
export function parseStat(text: string): ProcessFacts {
  const end = text.lastIndexOf(')');
  const begin = text.indexOf('(');
  const fields = text
    .slice(end + 2)
    .split(' ')
    .map(Number);
  const at = (number: number) => fields[number - 3] ?? 0;
  return {
    pid: Number(text.slice(0, begin)),
    name: text.slice(begin + 1, end),
    parent: at(4),
    cpu: (at(14) + at(15)) / TICKS,
    childrenCpu: (at(16) + at(17)) / TICKS,
    rss: at(24) * PAGE_BYTES,
  };
}

/** All processes of this moment. */
export function processTable(): ProcessFacts[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const facts = factsOf(Number(pid));
      return facts === null ? [] : [facts];
    });
}

/** Null when it is gone. */
export function factsOf(pid: number): ProcessFacts | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    // A process that ends between the two steps of reading answers ESRCH.
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code))) return null;
    throw error;
  }
}

/** Everything that was started by these processes, without themselves. */
export function descendantsOf(table: readonly ProcessFacts[], roots: readonly number[]): ProcessFacts[] {
  const found: ProcessFacts[] = [];
  for (let parents = new Set(roots); parents.size > 0; ) {
    const children = table.filter(({ parent }) => parents.has(parent));
    found.push(...children);
    parents = new Set(children.map(({ pid }) => pid));
  }
  return found;
}

export const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
