import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { MongoClient } from 'mongodb';
import { calibrate } from './calibration.ts';
import { fillLog } from './history.ts';
import { type BenchServers, startServers } from './servers.ts';

/**
 * node bench/rebuild.ts [--events 200000] [--runs 2]
 *
 * Events a second of `npm run rebuild`, with nats-server and mongod on the same machine and as `npm start` runs them. The
 * read model that is compared with is made by a catalog as a process of its own, which goes on running.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));

const children: ChildProcess[] = [];

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { events: { type: 'string', default: '200000' }, runs: { type: 'string', default: '2' } },
  });
  const events = Number(values.events);
  const servers = await startServers();
  // What was started must not stay when the benchmark is cut off.
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      for (const child of children) child.kill('SIGKILL');
      void servers.stop().finally(() => process.exit(1));
    });
  }
  try {
    const { videos, bytes } = await fillLog(servers.connection, events);
    say(`log: ${events} events of ${videos} videos, ${Math.round(bytes / events)} bytes an event`);
    const catalog = startNode(servers, 'services/catalog/src/main.ts', 'ignore');
    try {
      const seconds = await untilProjected(servers, events);
      say(`catalog, from an empty database: ${Math.round(events / seconds)} events/s`);
      for (let run = 1; run <= Number(values.runs); run += 1) await measure(servers, run);
    } finally {
      const ended = once(catalog, 'exit');
      catalog.kill('SIGTERM');
      await ended;
    }
  } finally {
    await servers.stop();
  }
}

async function measure(servers: BenchServers, run: number): Promise<void> {
  const { fsyncs, hashMiB } = calibrate();
  const load = loadavg()[0]?.toFixed(1);
  say(`run ${run}: ${fsyncs} fsyncs/s, SHA-256 ${hashMiB} MiB/s, ${availableParallelism()} cores, load ${load}`);
  const command = startNode(servers, 'services/catalog/src/rebuild-command.ts', 'inherit');
  const [code] = (await once(command, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the rebuild ended with exit code ${code}`);
}

function startNode(servers: BenchServers, script: string, stdio: 'ignore' | 'inherit') {
  const child = spawn(process.execPath, [`${ROOT}${script}`], { env: servers.catalogEnv, stdio });
  children.push(child);
  return child;
}

/** Seconds from now until the catalog has projected the whole log. */
async function untilProjected({ mongoUrl }: BenchServers, events: number): Promise<number> {
  const client = new MongoClient(mongoUrl);
  const began = performance.now();
  try {
    const checkpoints = client.db('rushes').collection<{ _id: string; sequence: number }>('checkpoints');
    while (((await checkpoints.findOne({ _id: 'videos' }))?.sequence ?? 0) < events) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return (performance.now() - began) / 1_000;
  } finally {
    await client.close();
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main(process.argv.slice(2));
