import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { descendantsOf, factsOf, processTable, sum } from './processes.ts';
import { startSampler } from './sampler.ts';

/** Seconds, seconds of user and system together, bytes of the largest resident size. */
export interface Cost {
  wall: number;
  cpu: number;
  memory: number;
}

/**
 * Runs a tool in a folder to its end. One at a time: its CPU is what this process's ended children have taken.
 * @throws what it said, when it failed
 */
export async function measured(tool: string, args: readonly string[], cwd: string): Promise<Cost> {
  const before = childrenCpu();
  const began = performance.now();
  const child = spawn(tool, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  const { pid } = child;
  // A run that is cut off must not leave it at work.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const sampler = startSampler(() => ({ memory: pid === undefined ? 0 : memoryOf(pid) }));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_000);
  });
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`${tool} ${args.join(' ')} ended with exit code ${code}: ${said}`);
  } finally {
    process.off('exit', kill);
    sampler.stop();
  }
  const wall = (performance.now() - began) / 1_000;
  return { wall, cpu: childrenCpu() - before, memory: sampler.stop().memory };
}

export function addCosts(costs: readonly Cost[]): Cost {
  return {
    wall: sum(costs.map(({ wall }) => wall)),
    cpu: sum(costs.map(({ cpu }) => cpu)),
    memory: Math.max(...costs.map(({ memory }) => memory)),
  };
}

function memoryOf(pid: number): number {
  const own = factsOf(pid);
  return own === null ? 0 : sum([own, ...descendantsOf(processTable(), [pid])].map(({ rss }) => rss));
}

function childrenCpu(): number {
  return factsOf(process.pid)?.childrenCpu ?? 0;
}
